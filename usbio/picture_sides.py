"""Whose side a picture shows: said by the call or the setup file, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

from segmentation.results import Side
from segmentation.views import VIEWS, ViewName
from usbio.errors import CallError
from usbio.setup import SetupFile

OTHER: dict[Side, Side] = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class PanelSides:
    """The sides of every picture on the screen, from left to right; ``dual`` for two pictures."""

    dual: bool
    panels: tuple[tuple[Side, ...], ...]
    from_left: bool = True  # False: which picture is whose is said by the crops alone


def picture_sides(
    view: ViewName, setup: SetupFile, side: Side | None, image_left: Side | None, name: str
) -> PanelSides:
    """Return who is shown; a flag wins over the file, and what is missing is a `CallError`."""
    if setup.image.layout == "dual":
        return _dual(setup, side, image_left, name)
    if not VIEWS[view].two_sided:
        one = side or setup.image.side
        if one is None:
            raise CallError(
                name,
                "nobody says whose side it shows",
                "add --side left or --side right, or side under [image] in the setup file",
            )
        return PanelSides(False, ((one,),))
    return PanelSides(False, (_either(setup, side, image_left, name),))


def _either(setup: SetupFile, side: Side | None, image_left: Side | None, name: str) -> tuple[Side, ...]:
    """The side or sides of one picture that may show one or both; what the call says hides the file."""
    if side is None and image_left is None:
        side, image_left = setup.image.side, setup.image.image_left
    if side is not None and image_left is not None:
        raise CallError(
            name,
            "side says that it shows one side, image_left that it shows both",
            "leave one of them out",
        )
    if side is not None:
        return (side,)
    if image_left is not None:
        return (image_left, OTHER[image_left])
    raise CallError(
        name,
        "nobody says whose sides it shows",
        "add --image-left left or --image-left right for both sides, --side left or --side right for one, "
        "or image_left or side under [image] in the setup file",
    )


def _dual(setup: SetupFile, side: Side | None, image_left: Side | None, name: str) -> PanelSides:
    image = setup.image
    crops: dict[Side, object] = {"left": image.crop_left_px, "right": image.crop_right_px}
    if image_left is None and side is not None and crops[side]:
        return PanelSides(True, ((side,),), from_left=False)  # of the two, only this one is asked for
    first = image_left or image.image_left
    if first is not None:
        return PanelSides(True, ((first,), (OTHER[first],)))
    if all(crops.values()):
        return PanelSides(True, (("left",), ("right",)), from_left=False)
    raise CallError(
        name,
        "nobody says which side the left one of its two pictures shows",
        "add --image-left left or --image-left right, or image_left under [image] in the setup file",
    )
