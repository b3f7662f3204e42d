"""The workloads of ../speed/workloads.ts in PyTorch, served over standard input and output.

A line `{"workload": name, "steps": n}` is answered by `{"ms": [..]}`, one time a step; `{"sgemm": n}` by the best
GFLOP/s of a product of two n x n matrices. The first line out names the version and the threads.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(100, 7 * 7 * 128, bias=False)
        self.norm1 = nn.BatchNorm2d(128)
        self.up1 = nn.ConvTranspose2d(128, 64, 5, 2, padding=2, output_padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(64)
        self.up2 = nn.ConvTranspose2d(64, 1, 5, 2, padding=2, output_padding=1)

    def forward(self, z):
        x = F.relu(self.norm1(self.dense(z).view(-1, 128, 7, 7)))
        x = F.relu(self.norm2(self.up1(x)))
        return torch.tanh(self.up2(x))


class Discriminator(nn.Module):
    def __init__(self, norm):
        super().__init__()
        self.down1 = nn.Conv2d(1, 64, 5, 2, padding=2)
        self.down2 = nn.Conv2d(64, 128, 5, 2, padding=2, bias=not norm)
        self.norm = nn.BatchNorm2d(128) if norm else nn.Identity()
        self.dense = nn.Linear(7 * 7 * 128, 1)

    def forward(self, x):
        x = F.leaky_relu(self.down1(x), 0.2)
        x = F.leaky_relu(self.norm(self.down2(x)), 0.2)
        return self.dense(x.flatten(1))


def mlp(*sizes):
    layers = []
    for before, after in zip(sizes, sizes[1:]):
        layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers[:-1])


def adam(net):
    return torch.optim.Adam(net.parameters(), 2e-4, betas=(0.5, 0.999))


def game(g, d, real, latent_dim, real_term, fake_term, generator_term):
    g_optimizer, d_optimizer = adam(g), adam(d)

    def step():
        with torch.no_grad():
            fake = g(torch.randn(len(real), latent_dim))
        d_optimizer.zero_grad(set_to_none=True)
        (real_term(d(real)).mean() + fake_term(d(fake)).mean()).backward()
        d_optimizer.step()
        generator_turn(g, d, g_optimizer, len(real), latent_dim, generator_term)

    return step


def generator_turn(g, d, optimizer, count, latent_dim, term):
    optimizer.zero_grad(set_to_none=True)
    # The discriminator's own gradients are not wanted in this turn.
    d.requires_grad_(False)
    term(d(g(torch.randn(count, latent_dim)))).mean().backward()
    d.requires_grad_(True)
    optimizer.step()


def non_saturating(g, d, real, latent_dim):
    return game(g, d, real, latent_dim, lambda x: F.softplus(-x), F.softplus, lambda x: F.softplus(-x))


def least_squares(g, d, real, latent_dim):
    return game(g, d, real, latent_dim, lambda x: (x - 1).square() / 2, lambda x: x.square() / 2, lambda x: (x - 1).square() / 2)


def critic(g, d, real):
    optimizer = adam(d)

    def step():
        with torch.no_grad():
            fake = g(torch.randn(len(real), 100))
        optimizer.zero_grad(set_to_none=True)
        place = torch.rand(len(real), 1, 1, 1)
        between = (fake + place * (real - fake)).requires_grad_(True)
        (gradient,) = torch.autograd.grad(d(between).sum(), between, create_graph=True)
        penalty = ((gradient.flatten(1).square().sum(1) + 1e-12).sqrt() - 1).square().mean()
        (d(fake).mean() - d(real).mean() + 10 * penalty).backward()
        optimizer.step()

    return step


def wgan_gp(g, d, real):
    critic_step, optimizer = critic(g, d, real), adam(g)

    def step():
        for _ in range(5):
            critic_step()
        generator_turn(g, d, optimizer, len(real), 100, lambda x: -x)

    return step


def sampling():
    g = Generator().eval()

    def step():
        with torch.no_grad():
            for _ in range(8):
                g(torch.randn(125, 100))

    return step


def loading():
    # All at once in memory, the fastest way PyTorch has; a DataLoader takes one image after another.
    digits = torch.randint(0, 256, (10000, 1, 28, 28), dtype=torch.uint8)
    order, place = torch.randperm(len(digits)), 0

    def step():
        nonlocal order, place
        for _ in range(100):
            if place + 64 > len(digits):
                order, place = torch.randperm(len(digits)), 0
            digits[order[place : place + 64]].float().div_(127.5).sub_(1)
            place += 64

    return step


images = torch.rand(64, 1, 28, 28) * 2 - 1
vectors = images.flatten(1)
workloads = {
    "dcgan step": lambda: non_saturating(Generator(), Discriminator(True), images, 100),
    "lsgan step": lambda: least_squares(Generator(), Discriminator(True), images, 100),
    "wgan-gp critic step": lambda: critic(Generator(), Discriminator(False), images),
    "wgan-gp iteration of 5 critic steps": lambda: wgan_gp(Generator(), Discriminator(False), images),
    "mnist mlp step": lambda: non_saturating(
        nn.Sequential(mlp(100, 256, 512, 1024, 784), nn.Tanh()), mlp(784, 1024, 512, 256, 1), vectors, 100
    ),
    "plane mlp step": lambda: non_saturating(mlp(64, 256, 256, 2), mlp(2, 256, 256, 1), torch.rand(256, 2), 64),
    "sampling 1,000 digits": sampling,
    "loading 6,400 digits": loading,
}
ready = {}


def timed(run):
    started = time.perf_counter()
    run()
    return (time.perf_counter() - started) * 1000


def answer(request):
    if "sgemm" in request:
        n = request["sgemm"]
        a, b = torch.rand(n, n), torch.rand(n, n)
        return {"gflops": 2 * n**3 / min(timed(lambda: a @ b) for _ in range(30)) / 1e6}
    name = request["workload"]
    if name not in ready:
        ready[name] = workloads[name]()
        for _ in range(5):
            ready[name]()
    return {"ms": [timed(ready[name]) for _ in range(request["steps"])]}


print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
