"""Received files: archive, contract, typed rows with their cells, findings, landed segments."""
