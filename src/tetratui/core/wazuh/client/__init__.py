"""Talk to a real Wazuh manager: its rule tester and its API."""
