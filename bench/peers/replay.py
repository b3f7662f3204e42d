"""Plays rounds that this zoo has played in PyTorch, and says how far apart the two are: replay.py FOLDER.

FOLDER has the configuration of the GAN (`config.json`), its checkpoints before and after (`start` and `end.safetensors`), and
what was drawn, in the order of use (`drawn.f32`, listed by `drawn.json`): batches, latents, the places of gradient penalties,
and samples made in the end. Prints JSON.
"""

import json
import os
import sys

import digits
import numpy
import torch
from torch import nn


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    return {name: as_array(data, *about["data_offsets"], about["shape"]) for name, about in header.items() if name != "__metadata__"}


def as_array(data, begin, end, shape):
    return numpy.frombuffer(data[begin:end], "<f4").reshape(shape).copy()


def read_drawn(folder):
    drawn, at = {}, 0
    with open(os.path.join(folder, "drawn.f32"), "rb") as file:
        data = file.read()
    with open(os.path.join(folder, "drawn.json")) as file:
        for name, shape in json.load(file):
            size = 4 * int(numpy.prod(shape))
            drawn.setdefault(name, []).append(as_array(data, at, at + size, shape))
            at += size
    return drawn


# Where a side is halved, TensorFlow pads more behind and PyTorch more in front: the same network in the mirror.
def mirrored(images):
    return images[..., ::-1, ::-1, :]


def is_convolutional(model):
    return any(isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) for layer in model)


def weights_of(model, tensors, prefix):
    """The trainable weights of a network of the zoo, in the order and layout of the model's parameters."""
    roles = ("kernel", "bias", "gamma", "beta")
    values = iter([value for name, value in tensors.items() if name.startswith(prefix) and name.rsplit("/", 1)[1] in roles])
    layers = list(model)
    for place, layer in enumerate(layers):
        if isinstance(layer, nn.Linear):
            kernel = next(values)
            if place + 1 < len(layers) and isinstance(layers[place + 1], digits.Reshape):
                channels, height, width = layers[place + 1].shape
                kernel = mirrored(kernel.reshape(-1, height, width, channels)).transpose(0, 3, 1, 2).reshape(len(kernel), -1)
            elif is_convolutional(model):
                channels = [other.out_channels for other in layers if isinstance(other, nn.Conv2d)][-1]
                side = round((len(kernel) / channels) ** 0.5)
                maps = kernel.reshape(side, side, channels, -1)[::-1, ::-1]
                kernel = maps.transpose(2, 0, 1, 3).reshape(len(kernel), -1)
            yield kernel.T
        elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            yield next(values)[::-1, ::-1].transpose(3, 2, 0, 1)
        elif isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            yield next(values)
        else:
            continue
        if layer.bias is not None:
            yield next(values)


def main():
    folder = sys.argv[1]
    torch.set_num_threads(1)
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    drawn = read_drawn(folder)
    start, end = (read_safetensors(os.path.join(folder, f"{name}.safetensors")) for name in ("start", "end"))
    run = digits.Run(config, torch.zeros(0, 1, 28, 28))
    flip = mirrored if is_convolutional(run.generator) else lambda images: images
    queues = {name: iter(arrays) for name, arrays in drawn.items()}
    torch.randn = lambda *shape: torch.from_numpy(next(queues["latents"])).reshape(shape)
    torch.rand = lambda *shape: torch.from_numpy(next(queues["places"])).reshape(shape)
    run.draw = lambda size: torch.from_numpy(flip(next(queues["batches"])).transpose(0, 3, 1, 2).copy())
    models = {"network/generator": run.generator, "network/discriminator": run.discriminator, "ema/generator": run.average}
    with torch.no_grad():
        for prefix, model in models.items():
            for parameter, value in zip(model.parameters(), weights_of(model, start, prefix), strict=True):
                parameter.copy_(torch.from_numpy(value.copy()).reshape(parameter.shape))

    totals, update = [], run.update
    run.update = lambda loss, *rest: (totals.append(loss.item()), update(loss, *rest))
    for batch in drawn["batches"]:
        run.round(len(batch))
    apart = {}
    for prefix, model in models.items():
        weights = zip(model.parameters(), weights_of(model, start, prefix), weights_of(model, end, prefix), strict=True)
        for index, (parameter, before, after) in enumerate(weights):
            # The median, as where a gradient is all rounding Adam makes a whole step of it: such weights part at once, and are few.
            difference, moved = numpy.median(numpy.abs(parameter.detach().numpy() - after)), numpy.sqrt(numpy.mean((after - before) ** 2))
            # A critic's last bias never moves: it adds as much to both sides.
            apart[f"{prefix}/{index}"] = float(difference / moved if moved > 0 else difference)
    run.calibrate()
    (samples,) = drawn["samples"]
    with torch.no_grad():
        made = run.average(torch.randn(len(samples), run.latent_dim)).numpy().transpose(0, 2, 3, 1)
    images = float(numpy.abs(made - flip(samples)).mean())
    losses = {"discriminator": totals[-2], "generator": totals[-1]}
    print(json.dumps({"apart": apart, "images": images, "losses": losses}))


main()
