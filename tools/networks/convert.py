"""Convert a PyTorch network into the files of both runtimes."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from tools.errors import ToolError
from tools.networks.network import Scores
from tools.networks.network_kinds import input_shape
from tools.runs.recipe import Recipe
from tools.runs.whole_file import DiskFullError, full_disk_named

NCNN_CHILD = """
import sys, pnnx, torch
module = torch.jit.load(sys.argv[1])
pnnx.export(
    module, sys.argv[2] + ".pt", inputs=(torch.zeros(1, 1, int(sys.argv[3]), int(sys.argv[4])),),
    ncnnparam=sys.argv[2] + ".ncnn.param", ncnnbin=sys.argv[2] + ".ncnn.bin", fp16=False,
)
"""


class ConvertError(ToolError):
    """A converter that failed; the message holds what it said."""


def write_runtimes(network: torch.nn.Module, recipe: Recipe, folder: Path) -> None:
    """Write the files of both runtimes, named as the recipe is."""
    write_ncnn(network, recipe, folder / recipe.name)
    write_litert(network, recipe, folder / f"{recipe.name}.tflite")


def write_litert(network: torch.nn.Module, recipe: Recipe, path: Path) -> None:
    """Write a .tflite: a patch (1, input frames, bands) gives the scores (1, labels)."""
    import litert_torch  # noqa: PLC0415  slow to load, and the ncnn file does not need it

    patch = torch.zeros(1, *input_shape(recipe))
    scores = Scores(network, recipe.head, channel=False).eval()
    converted = litert_torch.convert(scores, (patch,))
    # Its own writing ends the process when the disk is full.
    path.write_bytes(converted.model_content())


def write_ncnn(network: torch.nn.Module, recipe: Recipe, stem: Path) -> None:
    """Write STEM.ncnn.param and STEM.ncnn.bin with fp32 weights, blobs `in0` and `out0`."""
    patch = torch.zeros(1, 1, *input_shape(recipe))
    traced = torch.jit.trace(Scores(network, recipe.head, channel=True).eval(), patch)
    with tempfile.TemporaryDirectory() as scratch, full_disk_named(Path(scratch)):
        # PyTorch aborts the process when it writes a file itself and the disk is full.
        files = _run_pnnx(traced.save_to_buffer(), input_shape(recipe), Path(scratch))
    for suffix, content in files.items():
        stem.with_name(stem.name + suffix).write_bytes(content)


def _run_pnnx(traced: bytes, sizes: tuple[int, int], work: Path) -> dict[str, bytes]:
    """Return what is in the files that pnnx makes of a traced network, by their suffixes.

    It writes its many by-products into the working folder, so it gets one of its own.
    """
    (work / "traced.pt").write_bytes(traced)
    done = subprocess.run(
        [sys.executable, "-c", NCNN_CHILD, "traced.pt", "model", *map(str, sizes)],
        cwd=work,
        capture_output=True,
        text=True,
        check=False,
    )
    if not shutil.disk_usage(work).free:  # pnnx does not always notice
        raise DiskFullError(work, os.strerror(errno.ENOSPC))
    made = {suffix: work / f"model{suffix}" for suffix in (".ncnn.param", ".ncnn.bin")}
    if done.returncode or not all(path.is_file() for path in made.values()):
        raise ConvertError(f"pnnx failed:\n{done.stdout}{done.stderr}")
    return {suffix: path.read_bytes() for suffix, path in made.items()}
