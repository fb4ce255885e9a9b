"""Devices are told in words."""

import pytest
import torch

from training.inference.devices import describe_devices, inference_device, training_device


def test_without_a_gpu_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert "CPU" in describe_devices()
    assert inference_device() == training_device() == torch.device("cpu")


def test_an_apple_gpu_trains_and_does_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert "for training alone" in describe_devices()
    assert (inference_device().type, training_device().type) == ("cpu", "mps")


def test_a_gpu_does_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert inference_device() == training_device() == torch.device("cuda")
