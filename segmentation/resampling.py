"""Blurring, shrinking and sampling of pictures, by OpenCV, with float32 coming out."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Float32Array = npt.NDArray[np.float32]
AnyPicture = npt.NDArray[np.uint8] | Float32Array
NO_BLUR_PX = 1e-6  # OpenCV takes 0 for "as the other direction"


def blurred(picture: npt.NDArray[Any], sigma_x_px: float, sigma_y_px: float) -> Float32Array:
    """Return a picture smoothed with a Gaussian, its border repeated outwards.

    Parameters
    ----------
    picture : (H, W) array
        uint8 or float.
    sigma_x_px, sigma_y_px : float
        Widths in pixels; 0 leaves that direction as it is.

    Returns
    -------
    (H, W) float32 array

    Examples
    --------
    >>> import numpy as np
    >>> dot = np.zeros((1, 7), np.uint8)
    >>> dot[0, 3] = 100
    >>> blurred(dot, 1.0, 0.0).round(0).tolist()
    [[0.0, 5.0, 24.0, 40.0, 24.0, 5.0, 0.0]]
    """
    return np.asarray(
        cv2.GaussianBlur(
            picture.astype(np.float32, copy=False),
            (0, 0),
            sigmaX=max(sigma_x_px, NO_BLUR_PX),
            sigmaY=max(sigma_y_px, NO_BLUR_PX),
            borderType=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def shrunk(picture: npt.NDArray[Any], columns: int, rows: int) -> Float32Array:
    """Return a picture of another size, each new pixel the mean of what it covers.

    Parameters
    ----------
    picture : (H, W) array
        uint8, float or bool.
    columns, rows : int
        New size.

    Returns
    -------
    (rows, columns) float32 array
        Whole grey values where the picture is uint8.

    Examples
    --------
    >>> import numpy as np
    >>> shrunk(np.array([[0, 0, 90, 90, 90, 0]], np.uint8), columns=2, rows=1).tolist()
    [[30.0, 60.0]]
    """
    source = np.ascontiguousarray(picture)
    if source.dtype not in (np.uint8, np.float32):
        source = source.astype(np.float32)
    return np.asarray(cv2.resize(source, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def halved(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a picture of half the size, each new pixel the mean of four.

    OpenCV has a quick way for just this: to halve first makes `shrunk` four times cheaper.

    Parameters
    ----------
    picture : (H, W) array
        uint8 or float32; of an odd size the last row or column is left out.

    Returns
    -------
    (H // 2, W // 2) array
        Of the same type.

    Examples
    --------
    >>> import numpy as np
    >>> halved(np.array([[10, 20, 0, 0, 99], [30, 40, 0, 8, 99]], np.uint8)).tolist()
    [[25, 2]]
    """
    height, width = picture.shape[0] // 2, picture.shape[1] // 2
    even = picture[: 2 * height, : 2 * width]
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))


def sampled(picture: npt.NDArray[Any], x_px: npt.NDArray[Any], y_px: npt.NDArray[Any]) -> Float32Array:
    """Return grey between the pixels; outside the picture that of the nearest pixel.

    Parameters
    ----------
    picture : (H, W) array
        uint8 or float32.
    x_px, y_px : (M, N) arrays
        Where to look; the centre of the first pixel is (0, 0).

    Returns
    -------
    (M, N) float32 array
        Bilinear; whole grey values where the picture is uint8.

    Examples
    --------
    >>> import numpy as np
    >>> picture = np.array([[0, 100], [40, 200]], np.float32)
    >>> sampled(picture, np.array([[0.5, 0.0, -9.0]]), np.array([[0.0, 0.5, 0.0]])).tolist()
    [[50.0, 20.0, 0.0]]
    """
    return np.asarray(
        cv2.remap(
            picture,
            np.ascontiguousarray(x_px, np.float32),
            np.ascontiguousarray(y_px, np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
