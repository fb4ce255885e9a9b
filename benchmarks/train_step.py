"""Training steps of ExHuBERT: our recipe against the published example's, as ratios of one run.

    python benchmarks/train_step.py                    # a mid-size model on a CPU
    python benchmarks/train_step.py --size large       # the paper's model, for a GPU

Weights are random: speed does not depend on them. The same clips, of 1 to 5 s, go through

- the published example: fp32, one clip a step, every clip padded or cut to 3 s, no mask;
- ours: bf16 where the GPU has it, batches of clips cut to at most 3 s, padded to the longest, mask.

FLOPs are counted by PyTorch while a step runs, padding included; utilisation is their rate over the
peak of the GPU's bf16 matrix units. Each recipe runs in a process of its own. Memory is
the peak of the timed steps: of the GPU's tensors, or of the whole process on a CPU.
"""

import argparse
import re
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table
from torch.utils.flop_counter import FlopCounterMode

from exhubert import ExHubertConfig, ExHubertForSequenceClassification
from training.model.build import compile_layers

RATE = 16_000
_STATUS = Path("/proc/self/status")  # of Linux; elsewhere a process on a CPU is not weighed
PEAK_TFLOPS = {"H100": 989.0, "H200": 989.0, "A100": 312.0}  # dense bf16, as the maker states
SIZES = {
    "mid": {"hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4,
            "intermediate_size": 1024, "conv_dim": (128,) * 7},
    "large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
              "intermediate_size": 4096, "conv_dim": (512,) * 7},
}  # fmt: skip
LARGE_FORM = {"feat_extract_norm": "layer", "conv_bias": True, "do_stable_layer_norm": True}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="mid")
    parser.add_argument("--batch", type=int, help="clips a step of our recipe (GPU 64, CPU 8)")
    parser.add_argument("--clips", type=int, help="clips to train on (GPU 2,048, CPU 32)")
    parser.add_argument("--compile", action="store_true", help="torch.compile our recipe's layers")
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    gpu = device.type == "cuda"
    lengths = torch.randint(RATE, 5 * RATE, (args.clips or (2_048 if gpu else 32),)).tolist()
    dtype = torch.bfloat16 if gpu else torch.float32
    few, batch = lengths[: len(lengths) // 8], args.batch or (64 if gpu else 8)
    recipes = {
        "published example": (args.size, device, few, 1, torch.float32, False, True),
        "ours": (args.size, device, lengths, batch, dtype, args.compile),
    }
    results = {}
    for name, recipe in recipes.items():
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            results[name] = process.submit(run, *recipe).result()
    print_results(device, results)


def run(
    size: str,
    device: torch.device,
    lengths: list[int],
    batch: int,
    dtype: torch.dtype,
    compiled: bool,
    fixed: bool = False,
) -> dict[str, float]:
    """Trains on clips of these lengths and returns clips/s, TFLOP/s and peak memory in GiB."""
    torch.manual_seed(0)
    config = ExHubertConfig(**SIZES[size], **LARGE_FORM, mask_time_prob=0.05)
    with device:  # the random weights of the large model take minutes to draw on a CPU
        model = ExHubertForSequenceClassification(config).to(device).train()
    model.freeze_original_layers()
    model.freeze_feature_encoder()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-5, fused=device.type == "cuda")
    if compiled:
        compile_layers(model)
    batches = make_batches(lengths, batch, device, fixed)

    def step(inputs: dict[str, torch.Tensor]) -> None:
        with torch.autocast(device.type, dtype, enabled=dtype is not torch.float32):
            loss = model(**inputs).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    clips = sum(len(inputs["labels"]) for inputs in batches)
    with FlopCounterMode(display=False) as counter:  # warms up, too
        model.set_attn_implementation("eager")  # whose products are counted exactly
        for inputs in batches:
            step(inputs)
    model.set_attn_implementation("sdpa")
    for inputs in batches[-3:]:
        step(inputs)
    _wait(device)
    _reset_peak(device)
    started = time.perf_counter()
    for inputs in batches:
        step(inputs)
    _wait(device)
    rate = clips / (time.perf_counter() - started)
    flops = counter.get_total_flops() / clips
    return {
        "clips/s": rate,
        "GFLOP/clip": flops / 1e9,
        "TFLOP/s": rate * flops / 1e12,
        "GiB": _peak_bytes(device) / 2**30,
    }


def make_batches(
    lengths: list[int], batch: int, device: torch.device, fixed: bool
) -> list[dict[str, torch.Tensor]]:
    """Noise of these lengths: all of 3 s, or cut to 3 s at most and grouped by length."""
    batches = []
    cut = [3 * RATE if fixed else min(length, 3 * RATE) for length in sorted(lengths)]
    for start in range(0, len(cut) - batch + 1, batch):
        part = cut[start : start + batch]
        inputs = {
            "input_values": torch.randn(len(part), max(part), device=device),
            "labels": torch.randint(0, 6, (len(part),), device=device),
        }
        if not fixed:
            steps = torch.arange(max(part), device=device)
            inputs["attention_mask"] = (steps < torch.tensor(part, device=device)[:, None]).long()
        batches.append(inputs)
    return batches


def print_results(device: torch.device, results: dict[str, dict[str, float]]) -> None:
    """Prints figures of each recipe, and ours as a multiple of the published example's."""
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    peak = next((tflops for key, tflops in PEAK_TFLOPS.items() if key in name), None)
    table = Table(title=f"{name}, PyTorch {torch.__version__}")
    for heading in ("recipe", "clips/s", "ratio", "GFLOP/clip", "TFLOP/s", "utilisation", "GiB"):
        table.add_column(heading, justify="left" if heading == "recipe" else "right")
    first = next(iter(results.values()))
    for recipe, figures in results.items():
        table.add_row(
            recipe,
            f"{figures['clips/s']:.1f}",
            f"{figures['clips/s'] / first['clips/s']:.2f}",
            f"{figures['GFLOP/clip']:.0f}",
            f"{figures['TFLOP/s']:.2f}",
            f"{figures['TFLOP/s'] / peak:.1%}" if peak else "–",
            f"{figures['GiB']:.1f}" if figures["GiB"] else "–",
        )
    Console(width=100).print(table)


def _reset_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    elif _STATUS.exists():
        _STATUS.with_name("clear_refs").write_text("5")


def _peak_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated()
    found = re.search(r"VmHWM:\s*(\d+) kB", _STATUS.read_text()) if _STATUS.exists() else None
    return int(found[1]) * 1024 if found else 0


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
