"""Trains on MNIST in PyTorch what the configuration of a GAN of this zoo says, and nothing that it does not say.

    digits.py CONFIG.json FOLDER --seed N --steps N --batch-size N --mnist FOLDER --samples N [--threads N]

CONFIG.json is `gan.config`. A part that is not known here is an error, so that the twin has the same settings or none.
Leaves `samples.bin` (bytes of N digits) and `done.json` in FOLDER; stopped, it goes on from its last checkpoint.
"""

import argparse
import copy
import gzip
import json
import os
import resource
import signal
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F


def known(part, **settings):
    """The settings of a part, of which those named must have this value."""
    config = part["config"]
    for key, value in settings.items():
        if config[key] != value:
            raise SystemExit(f"the twin of {part['name']} has {key} = {value!r} only, not {config[key]!r}")
    return config


def activation(config):
    return {"relu": nn.ReLU, "leakyRelu": lambda: nn.LeakyReLU(config["slope"]), "tanh": nn.Tanh}[config["activation"]]()


def batch_norm(kind, width, config):
    return kind(width, eps=config["normEpsilon"], momentum=1 - config["normMomentum"])


class Reshape(nn.Module):
    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(len(x), *self.shape)


def conv_generator(part):
    config = known(part, norm="batch", upSampling="transposed", outputActivation="tanh", sampleShape=[28, 28, 1])
    widths, kernel = config["widths"], config["kernel"]
    side = -(-28 // 2 ** len(widths))
    layers = [nn.Linear(config["latentDim"], side * side * widths[0], bias=False), Reshape(widths[0], side, side)]
    layers += [batch_norm(nn.BatchNorm2d, widths[0], config), activation(config)]
    for width, out in zip(widths, widths[1:] + [1]):
        last = out == 1
        layers.append(nn.ConvTranspose2d(width, out, kernel, 2, padding=(kernel - 1) // 2, output_padding=kernel % 2, bias=last))
        if not last:
            layers += [batch_norm(nn.BatchNorm2d, out, config), activation(config)]
    extra = side * 2 ** len(widths) - 28
    return nn.Sequential(*layers, nn.ZeroPad2d((-(extra // 2), extra // 2 - extra) * 2), nn.Tanh())


def conv_discriminator(part):
    config = known(part, normFirst=False, dropout=0, sampleShape=[28, 28, 1])
    widths, kernel, before, side, layers = config["widths"], config["kernel"], 1, 28, []
    for stage, width in enumerate(widths):
        norm = config["norm"] == "batch" and stage > 0
        out = -(-side // 2)
        padding = -(-(2 * (out - 1) + kernel - side) // 2)
        layers.append(nn.Conv2d(before, width, kernel, 2, padding=padding, bias=not norm))
        if norm:
            layers.append(batch_norm(nn.BatchNorm2d, width, config))
        layers.append(activation(config))
        before, side = width, out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * side * side, 1))


def perceptron(part):
    config = known(part, normFirst=True)
    before, layers = int(numpy.prod(config["inputShape"])), [nn.Flatten()]
    for width in config["hidden"]:
        norm = config["norm"] == "batch"
        layers.append(nn.Linear(before, width, bias=not norm))
        if norm:
            layers.append(batch_norm(nn.BatchNorm1d, width, config))
        layers.append(activation(config))
        if config["dropout"] > 0:
            layers.append(nn.Dropout(config["dropout"]))
        before = width
    layers.append(nn.Linear(before, int(numpy.prod(config["outputShape"]))))
    if config["outputActivation"] == "tanh":
        layers.append(nn.Tanh())
    if len(config["outputShape"]) == 3:
        height, width, channels = config["outputShape"]
        layers.append(Reshape(channels, height, width))
    return nn.Sequential(*layers)


builders = {"convGenerator": conv_generator, "convDiscriminator": conv_discriminator, "mlp": perceptron}


def build(network):
    part = network["config"]["network"]
    model = builders[part["name"]](part)
    initializer = part["config"]["initializer"]
    for layer in model.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            if initializer == "dcgan":
                nn.init.normal_(layer.weight, 0, 0.02)
            elif initializer == "glorotUniform":
                nn.init.xavier_uniform_(layer.weight)
            else:
                raise SystemExit(f"the twin knows no initializer {initializer!r}")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)) and initializer == "dcgan":
            nn.init.normal_(layer.weight, 1, 0.02)
    return model


def losses(part):
    """Terms of a real and of a fake score in the discriminator's turn, and of a fake one in the generator's."""
    if part["name"] == "nonSaturating":
        known(part, labelSmoothing=0)
        return (lambda x: F.softplus(-x)), F.softplus, (lambda x: F.softplus(-x))
    if part["name"] == "wasserstein":
        return (lambda x: -x), (lambda x: x), (lambda x: -x)
    if part["name"] == "leastSquares":
        a, b, c = (part["config"][key] for key in "abc")
        return (lambda x: (x - b).square() / 2), (lambda x: (x - a).square() / 2), (lambda x: (x - c).square() / 2)
    raise SystemExit(f"the twin knows no loss {part['name']!r}")


def gradient_penalty(critic, real, fake, weight):
    place = torch.rand(len(real), 1, 1, 1)
    between = (fake + place * (real - fake)).requires_grad_(True)
    (gradient,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return weight * ((gradient.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square().mean()


def optimizer(player, model):
    part = player["optimizer"]
    config = part["config"]
    if part["name"] == "adam":
        betas = (float(config["beta1"]), float(config["beta2"]))  # JSON has 0, torch wants 0.0
        made = torch.optim.Adam(model.parameters(), 1.0, betas=betas, eps=config["epsilon"])
    elif part["name"] == "rmsProp":
        made = torch.optim.RMSprop(model.parameters(), 1.0, alpha=config["decay"], eps=config["epsilon"])
    else:
        raise SystemExit(f"the twin knows no optimizer {part['name']!r}")
    return made, rate_of(config["learningRate"])


def rate_of(rate):
    if not isinstance(rate, dict):
        return lambda update: rate
    if rate["name"] != "linearDecay":
        raise SystemExit(f"the twin knows no schedule {rate['name']!r}")
    c = rate["config"]
    return lambda update: c["to"] + (c["from"] - c["to"]) * (1 - min(1, max(0, (update - c["start"]) / c["updates"])))


def read_images(folder):
    with gzip.open(os.path.join(folder, "train-images-idx3-ubyte.gz")) if os.path.exists(
        os.path.join(folder, "train-images-idx3-ubyte.gz")
    ) else open(os.path.join(folder, "train-images-idx3-ubyte"), "rb") as file:
        data = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
    return torch.from_numpy(data.copy()).view(-1, 1, 28, 28)


class Run:
    """Everything that a checkpoint holds is an attribute of it."""

    def __init__(self, config, images):
        self.generator, self.discriminator = (build(config["networks"][name]) for name in ("generator", "discriminator"))
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        players = config["players"]
        self.g_optimizer, self.g_rate = optimizer(players["generator"], self.generator)
        self.d_optimizer, self.d_rate = optimizer(players["discriminator"], self.discriminator)
        self.real_term, self.fake_term, self.generator_term = losses(config["loss"])
        if [part["name"] for part in config["regularizers"]] not in ([], ["gradientPenalty"]):
            raise SystemExit("the twin knows no other regularizer than gradientPenalty")
        penalties = [known(part, target=1, sides="two", interval=1)["weight"] for part in config["regularizers"]]
        self.penalty = penalties[0] if penalties else None
        if config["criticSteps"] != 1 or any(player["updates"] != 1 for player in players.values()):
            raise SystemExit("the twin plays one update of each player a round")
        self.ema = config["ema"]
        self.latent_dim = known(config["networks"]["generator"], latents="normal")["latentDim"]
        self.images, self.order, self.place = images, torch.randperm(len(images)), 0
        self.step, self.seconds, self.cpu_seconds = 0, 0.0, 0.0

    def draw(self, size):
        if self.place + size > len(self.order):
            rest = self.order[self.place :]
            self.order = torch.cat([rest, torch.randperm(len(self.images))])
            self.place = 0
        chosen = self.images[self.order[self.place : self.place + size]]
        self.place += size
        return chosen.float().div_(127.5).sub_(1)

    def round(self, size):
        real = self.draw(size)
        with torch.no_grad():
            fake = self.generator(torch.randn(size, self.latent_dim))
        loss = self.real_term(self.discriminator(real)).mean() + self.fake_term(self.discriminator(fake)).mean()
        if self.penalty is not None:
            loss = loss + gradient_penalty(self.discriminator, real, fake, self.penalty)
        self.update(loss, self.d_optimizer, self.d_rate)
        self.discriminator.requires_grad_(False)
        loss = self.generator_term(self.discriminator(self.generator(torch.randn(size, self.latent_dim)))).mean()
        self.update(loss, self.g_optimizer, self.g_rate)
        self.discriminator.requires_grad_(True)
        self.step += 1
        seen = self.step * size
        keep = 0.5 ** (size / min(self.ema["halfLifeImages"], seen * self.ema["rampUp"]))
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.generator.parameters()):
                mean.lerp_(now, 1 - keep)

    def update(self, loss, optimizer, rate):
        for group in optimizer.param_groups:
            group["lr"] = rate(self.step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def calibrate(self):
        """Measures the batch norm of the averaged weights over fresh latents."""
        norms = [layer for layer in self.average.modules() if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d))]
        for layer in norms:
            layer.reset_running_stats()
            layer.momentum = None
        self.average.train()
        with torch.no_grad():
            for _ in range(8):
                self.average(torch.randn(128, self.latent_dim))
        self.average.eval()

    parts = ("generator", "discriminator", "average", "g_optimizer", "d_optimizer")
    values = ("order", "place", "step", "seconds", "cpu_seconds")

    def save(self, path):
        state = {name: getattr(self, name).state_dict() for name in self.parts}
        state |= {name: getattr(self, name) for name in self.values} | {"random": torch.get_rng_state()}
        torch.save(state, f"{path}.part")
        os.replace(f"{path}.part", path)

    def load(self, path):
        state = torch.load(path)
        for name in self.parts:
            getattr(self, name).load_state_dict(state[name])
        for name in self.values:
            setattr(self, name, state[name])
        torch.set_rng_state(state["random"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("folder")
    for option in ("seed", "steps", "batch-size", "samples"):
        parser.add_argument(f"--{option}", type=int, required=True)
    parser.add_argument("--mnist", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    with open(args.config) as file:
        run = Run(json.load(file), read_images(args.mnist))
    checkpoint = os.path.join(args.folder, "checkpoint.pt")
    if os.path.exists(checkpoint):
        run.load(checkpoint)
    stopped = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.append(True))
    before = (run.seconds, run.cpu_seconds)
    started, cpu = time.perf_counter(), cpu_time()

    def spent():
        run.seconds, run.cpu_seconds = before[0] + time.perf_counter() - started, before[1] + cpu_time() - cpu

    while run.step < args.steps and not stopped:
        run.round(args.batch_size)
        if run.step % 500 == 0:
            spent()
            run.save(checkpoint)
    spent()
    run.save(checkpoint)
    if run.step < args.steps:
        raise SystemExit(3)
    run.calibrate()
    with torch.no_grad():
        batches = [run.average(torch.randn(100, run.latent_dim)) for _ in range(args.samples // 100)]
    digits = torch.cat(batches).clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    digits.numpy().tofile(os.path.join(args.folder, "samples.bin"))
    done = {
        "steps": run.step,
        "realImages": run.step * args.batch_size,
        "seconds": run.seconds,
        "cpuSeconds": run.cpu_seconds,
        "engine": f"PyTorch {torch.__version__}",
    }
    path = os.path.join(args.folder, "done.json")
    with open(f"{path}.part", "w") as file:
        json.dump(done, file)
    os.replace(f"{path}.part", path)


def cpu_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
