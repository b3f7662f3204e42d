"""Writes the files that the tests of weights/ and resize read: python3 make-fixtures.py, with torch, numpy and pillow."""

import json
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from PIL import Image

here = Path(__file__).parent

torch.manual_seed(0)
shared = torch.arange(12, dtype=torch.float32)
state = OrderedDict(
    matrix=torch.tensor([[1.5, -2.0, 0.25], [3.0, 1e-30, -65504.0]]),
    half=torch.tensor([1.0, -0.5, 65504.0, 2.0**-24, float("inf"), 0.0], dtype=torch.float16),
    counts=torch.tensor([1, -2, 2**40]),
    scalar=torch.tensor(7.0),
    tail=shared[4:10].reshape(2, 3),
    whole=shared,
    empty=torch.zeros(0, 3),
    parameter=nn.Parameter(torch.tensor([0.5])),
)
# As nn.Module.state_dict() leaves it there.
state._metadata = OrderedDict({"": {"version": 1}})
for name, zip_format in (("legacy", False), ("zip", True)):
    torch.save(state, here / f"tensors-{name}.pth", _use_new_zipfile_serialization=zip_format)
    torch.save({"w": torch.arange(6.0).reshape(2, 3).T}, here / f"transposed-{name}.pth", _use_new_zipfile_serialization=zip_format)
    torch.save({"w": torch.zeros(2, dtype=torch.float64)}, here / f"double-{name}.pth", _use_new_zipfile_serialization=zip_format)
    torch.save([torch.zeros(1)], here / f"list-{name}.pth", _use_new_zipfile_serialization=zip_format)


def pixels(height, width):
    """Whole numbers from 0 to 255 without a pattern; resize.test.ts makes the same."""
    i = np.arange(height * width, dtype=np.int64)
    return (i * 7919 % 1009 * (i % 13 + 1) % 256).reshape(height, width)


def bicubic(height, width, to_height, to_width):
    image = Image.fromarray(pixels(height, width).astype(np.float32), mode="F")
    return np.asarray(image.resize((to_width, to_height), Image.BICUBIC)).ravel().tolist()


def half_pixel(height, width, to_height, to_width):
    image = torch.from_numpy(pixels(height, width).astype(np.float32))[None, None]
    return torch.nn.functional.interpolate(image, (to_height, to_width), mode="bilinear", align_corners=False).flatten().tolist()


sizes = [(5, 7, 11, 3), (3, 2, 9, 8), (40, 31, 6, 5), (4, 4, 4, 4)]
resized = {
    "bicubic": [{"size": size, "pixels": bicubic(*size)} for size in sizes],
    "halfPixel": [{"size": size, "pixels": half_pixel(*size)} for size in sizes],
}
(here.parent / "resize.expected.json").write_text(json.dumps(resized) + "\n")
