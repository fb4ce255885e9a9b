"""Which device models run on."""

import torch


def describe_devices() -> str:
    """Accelerators that PyTorch can use, for people; the CPU where there is none."""
    if torch.cuda.is_available():
        found = [torch.cuda.get_device_properties(n) for n in range(torch.cuda.device_count())]
        names = [f"{one.name}, {one.total_memory / 1e9:.0f} GB" for one in found]
        return f"{'; '.join(names)} (CUDA {torch.version.cuda})"
    if torch.backends.mps.is_available():
        return "Apple GPU (MPS)"
    return f"none: PyTorch {torch.__version__} computes on the CPU"
