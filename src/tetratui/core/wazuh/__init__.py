"""Wazuh 4.x: its analysis engine emulated, rule files written for it, and a client of a real manager."""
