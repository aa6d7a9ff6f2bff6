"""A terminal live-event viewer and filter tuner for Tetragon, the eBPF sensor."""

__version__ = "0.1.0"
