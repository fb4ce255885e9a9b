"""Which device models run on."""

import torch


def inference_device() -> torch.device:
    """Where predictions and hidden states are computed: on a GPU of CUDA, else on the CPU.

    Not on an Apple GPU, which has no float64, in which the shares of classes are computed.
    """
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def training_device() -> torch.device:
    """Where transformers' Trainer trains: on a GPU of CUDA or Apple's, else on the CPU."""
    if not torch.cuda.is_available() and torch.backends.mps.is_available():
        return torch.device("mps")
    return inference_device()


def describe_devices() -> str:
    """Accelerators that PyTorch can use, for people; the CPU where there is none."""
    if torch.cuda.is_available():
        found = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
        names = [f"{one.name}, {one.total_memory / 1e9:.0f} GB" for one in found]
        return f"{'; '.join(names)} (CUDA {torch.version.cuda})"
    if torch.backends.mps.is_available():
        return "Apple GPU (MPS), for training alone: all else is computed on the CPU"
    return f"none: PyTorch {torch.__version__} computes on the CPU"
