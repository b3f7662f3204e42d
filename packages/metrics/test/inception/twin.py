"""The FID Inception network a second time, in PyTorch, with weights that hash-weights.ts computes too.

python3 twin.py OUT writes to the folder OUT, with torch and numpy alone:
  twin-legacy.pth, twin-zip.pth  its state dict, in both formats of torch.save
  expected.safetensors           what it makes of two images: features of all four stages, logits without and with bias
expected.safetensors is committed beside this file.
"""

import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def hashed(name, count):
    """Uniform in [-1, 1): FNV-1a of the name, an odd step for each index, and MurmurHash3's finalizer."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B9) + np.uint64(seed)).astype(np.uint32)
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x85EBCA6B)
    x ^= x >> np.uint32(13)
    x *= np.uint32(0xC2B2AE35)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**31 - 1


def weights_of(name, shape):
    """Scales that keep activations near 1 through all layers, and statistics that no layer can do without."""
    kind = ".".join(name.split(".")[-2:])
    fan_in = int(np.prod(shape[1:]))
    center, spread = {
        "conv.weight": (0, np.sqrt(6 / fan_in)),
        "bn.weight": (1, 0.25),
        "bn.bias": (0, 0.25),
        "bn.running_mean": (0, 0.25),
        "bn.running_var": (1, 0.5),
        "fc.weight": (0, np.sqrt(6 / fan_in)),
        "fc.bias": (0, 1),
    }[kind]
    values = center + spread * hashed(name, int(np.prod(shape)))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def image(name, height, width):
    """Whole numbers from 0 to 255, [height, width, 3]."""
    return np.floor((hashed(name, height * width * 3) + 1) * 128).reshape(height, width, 3)


def resize_tf1(pixels, size):
    """TensorFlow 1's bilinear resizing: new pixel i lies at i * old / new."""
    for axis in (0, 1):
        old = pixels.shape[axis]
        places = np.arange(size) * (old / size)
        low = np.floor(places).astype(int)
        high = np.minimum(low + 1, old - 1)
        share = (places - low).reshape([-1, 1, 1] if axis == 0 else [1, -1, 1])
        pixels = np.take(pixels, low, axis) * (1 - share) + np.take(pixels, high, axis) * share
    return pixels


class Conv(nn.Module):
    def __init__(self, inputs, filters, kernel, stride=1, padding=0):
        super().__init__()
        self.conv = nn.Conv2d(inputs, filters, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(filters, eps=1e-3)

    def forward(self, x):
        return F.relu(self.bn(self.conv(x)))


def mean3(x):
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def max3(x):
    return F.max_pool2d(x, 3, 1, 1)


def halve(x):
    return F.max_pool2d(x, 3, 2)


class At35(nn.Module):
    def __init__(self, inputs, pooled):
        super().__init__()
        self.branch1x1 = Conv(inputs, 64, 1)
        self.branch5x5_1 = Conv(inputs, 48, 1)
        self.branch5x5_2 = Conv(48, 64, 5, padding=2)
        self.branch3x3dbl_1 = Conv(inputs, 64, 1)
        self.branch3x3dbl_2 = Conv(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Conv(96, 96, 3, padding=1)
        self.branch_pool = Conv(inputs, pooled, 1)

    def forward(self, x):
        five = self.branch5x5_2(self.branch5x5_1(x))
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x)))
        return torch.cat([self.branch1x1(x), five, three, self.branch_pool(mean3(x))], 1)


class To17(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3 = Conv(inputs, 384, 3, 2)
        self.branch3x3dbl_1 = Conv(inputs, 64, 1)
        self.branch3x3dbl_2 = Conv(64, 96, 3, padding=1)
        self.branch3x3dbl_3 = Conv(96, 96, 3, 2)

    def forward(self, x):
        return torch.cat([self.branch3x3(x), self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(x))), halve(x)], 1)


class At17(nn.Module):
    def __init__(self, inputs, inner):
        super().__init__()
        row = dict(kernel=(1, 7), padding=(0, 3))
        column = dict(kernel=(7, 1), padding=(3, 0))
        self.branch1x1 = Conv(inputs, 192, 1)
        self.branch7x7_1 = Conv(inputs, inner, 1)
        self.branch7x7_2 = Conv(inner, inner, **row)
        self.branch7x7_3 = Conv(inner, 192, **column)
        self.branch7x7dbl_1 = Conv(inputs, inner, 1)
        self.branch7x7dbl_2 = Conv(inner, inner, **column)
        self.branch7x7dbl_3 = Conv(inner, inner, **row)
        self.branch7x7dbl_4 = Conv(inner, inner, **column)
        self.branch7x7dbl_5 = Conv(inner, 192, **row)
        self.branch_pool = Conv(inputs, 192, 1)

    def forward(self, x):
        once = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(x)))
        twice = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(x)))
        twice = self.branch7x7dbl_5(self.branch7x7dbl_4(twice))
        return torch.cat([self.branch1x1(x), once, twice, self.branch_pool(mean3(x))], 1)


class To8(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.branch3x3_1 = Conv(inputs, 192, 1)
        self.branch3x3_2 = Conv(192, 320, 3, 2)
        self.branch7x7x3_1 = Conv(inputs, 192, 1)
        self.branch7x7x3_2 = Conv(192, 192, (1, 7), padding=(0, 3))
        self.branch7x7x3_3 = Conv(192, 192, (7, 1), padding=(3, 0))
        self.branch7x7x3_4 = Conv(192, 192, 3, 2)

    def forward(self, x):
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(x))))
        return torch.cat([self.branch3x3_2(self.branch3x3_1(x)), seven, halve(x)], 1)


class At8(nn.Module):
    def __init__(self, inputs, pool):
        super().__init__()
        self.pool = pool
        row = dict(kernel=(1, 3), padding=(0, 1))
        column = dict(kernel=(3, 1), padding=(1, 0))
        self.branch1x1 = Conv(inputs, 320, 1)
        self.branch3x3_1 = Conv(inputs, 384, 1)
        self.branch3x3_2a = Conv(384, 384, **row)
        self.branch3x3_2b = Conv(384, 384, **column)
        self.branch3x3dbl_1 = Conv(inputs, 448, 1)
        self.branch3x3dbl_2 = Conv(448, 384, 3, padding=1)
        self.branch3x3dbl_3a = Conv(384, 384, **row)
        self.branch3x3dbl_3b = Conv(384, 384, **column)
        self.branch_pool = Conv(inputs, 192, 1)

    def forward(self, x):
        once = self.branch3x3_1(x)
        twice = self.branch3x3dbl_2(self.branch3x3dbl_1(x))
        parts = [self.branch1x1(x), self.branch3x3_2a(once), self.branch3x3_2b(once)]
        parts += [self.branch3x3dbl_3a(twice), self.branch3x3dbl_3b(twice), self.branch_pool(self.pool(x))]
        return torch.cat(parts, 1)


class Twin(nn.Module):
    def __init__(self):
        super().__init__()
        self.Conv2d_1a_3x3 = Conv(3, 32, 3, 2)
        self.Conv2d_2a_3x3 = Conv(32, 32, 3)
        self.Conv2d_2b_3x3 = Conv(32, 64, 3, padding=1)
        self.Conv2d_3b_1x1 = Conv(64, 80, 1)
        self.Conv2d_4a_3x3 = Conv(80, 192, 3)
        self.Mixed_5b = At35(192, 32)
        self.Mixed_5c = At35(256, 64)
        self.Mixed_5d = At35(288, 64)
        self.Mixed_6a = To17(288)
        self.Mixed_6b = At17(768, 128)
        self.Mixed_6c = At17(768, 160)
        self.Mixed_6d = At17(768, 160)
        self.Mixed_6e = At17(768, 192)
        self.Mixed_7a = To8(768)
        self.Mixed_7b = At8(1280, mean3)
        self.Mixed_7c = At8(2048, max3)
        self.fc = nn.Linear(2048, 1008)

    def forward(self, x):
        """Of images [n, 3, 299, 299] in [-1, 1]: what is expected, by name."""
        results = {}
        x = halve(self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x))))
        results["features64"] = x.mean((2, 3))
        x = halve(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)))
        results["features192"] = x.mean((2, 3))
        for name in ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e"):
            x = getattr(self, f"Mixed_{name}")(x)
        results["features768"] = x.mean((2, 3))
        x = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(x))).mean((2, 3))
        results["features2048"] = x
        results["logits"] = x @ self.fc.weight.T
        results["biasedLogits"] = self.fc(x)
        return results


def write_safetensors(path, arrays):
    header, end = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [end, end + array.nbytes]}
        end += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in arrays.values()))


def main():
    out = Path(sys.argv[1])
    twin = Twin().eval()
    state = {name: weights_of(name, tuple(value.shape)) for name, value in twin.state_dict().items() if value.is_floating_point()}
    twin.load_state_dict(state, strict=False)
    torch.save(twin.state_dict(), out / "twin-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(twin.state_dict(), out / "twin-zip.pth")
    images = np.stack([(resize_tf1(image(f"image {i}", 24, 40), 299) - 128) / 128 for i in range(2)])
    with torch.no_grad():
        results = twin(torch.from_numpy(images.transpose(0, 3, 1, 2).astype(np.float32)))
    write_safetensors(out / "expected.safetensors", {name: value.numpy().astype("<f4") for name, value in results.items()})
    for name, value in results.items():
        apart = (value[0] - value[1]).abs().mean()
        print(f"{name}: mean {value.mean():.4f}, standard deviation {value.std():.4f}, images apart {apart:.4f}")


main()
