"""What picture libraries grumble about a file is no message for the operator."""

from __future__ import annotations

import warnings


def silence_picture_libraries() -> None:
    """Ignore the warnings of pydicom and Pillow; their errors still come, and are told in our words."""
    for module in (r"pydicom(\.|$)", r"PIL(\.|$)"):
        warnings.filterwarnings("ignore", module=module)
