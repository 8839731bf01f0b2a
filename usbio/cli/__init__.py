"""The command without a window. Heavy imports wait until a command runs, so that help comes at once."""

from __future__ import annotations

import errno
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from usbio.errors import CallError, UsbioError

COMMANDS = (
    "analyze",
    "export",
    "protocols",
    "recordings",
    "simulate",
    "sources",
    "store",
    "stream",
    "visits",
)
INTERRUPTED = 130
_NOTHING_TAKES = (errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EBADF)  # of an output stream


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 all done, 1 some input failed, 2 the call is wrong."""
    from usbio.cli.console import ready_streams, say_bug, say_error, say_line

    given = list(sys.argv[1:] if arguments is None else arguments)
    ready_streams()
    try:
        code = int(application()(given, prog_name="usbio", standalone_mode=False) or 0)
    except CallError as error:
        say_error(error)
        return 2
    except UsbioError as error:
        say_error(error)
        return 1
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # the last line of the program
        ended = _ended(error)
        code = say_bug("program", error) if ended is None else ended
    if code == INTERRUPTED:  # as an exception or as a code: the command-line library has done both
        say_line("usbio: stopped; what was finished is written")
    return code


def application() -> typer.Typer:
    """Return the command line with every command that is installed."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,  # plain help comes at once
        pretty_exceptions_enable=False,
        help="Measure deep trunk muscles in ultrasound clips. Not a medical device.",
    )
    app.callback(invoke_without_command=True)(_usbio)
    for name in COMMANDS:
        if importlib.util.find_spec(f"usbio.cli.{name}") is not None:
            importlib.import_module(f"usbio.cli.{name}").register(app)
    return app


def _usbio(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Measure deep trunk muscles in ultrasound clips. Not a medical device."""
    from usbio import __version__

    if version:
        typer.echo(f"usbio {__version__}")
    elif context.invoked_subcommand is None:
        raise CallError("command line", "no command given", "type usbio --help")


def _ended(error: Exception) -> int | None:
    """The exit code of what the command-line library raises; None for anything else."""
    from usbio.cli.console import say_error, say_line

    if isinstance(error, typer.Exit):
        return error.exit_code
    if isinstance(error, typer.Abort):  # what the library makes of Ctrl-C
        return INTERRUPTED
    if isinstance(error, OSError) and error.errno in _NOTHING_TAKES:
        sys.stdout = None  # or the interpreter writes to it once more
        if not isinstance(
            error, BrokenPipeError
        ):  # there the reader has gone, and wants no more words either
            say_line(
                f"usbio: output: cannot be written ({os.strerror(error.errno).lower()}); send it elsewhere"
            )
        return 1
    if hasattr(error, "format_message"):  # whichever wrong call; the library's class has moved before
        command = getattr(getattr(error, "ctx", None), "command_path", None) or "usbio"
        happened = error.format_message().strip().rstrip(".?").replace("Input should", "it must")
        name = command.removeprefix("usbio").strip() or "command line"
        say_error(CallError(name, happened[:1].lower() + happened[1:], f"type {command} --help"))
        return 2
    return None
