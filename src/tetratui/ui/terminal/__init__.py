"""The operator's terminal: driver, escape sequences, bandwidth, keys typed ahead."""
