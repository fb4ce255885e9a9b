"""Metrics, with their intervals and calibration."""
