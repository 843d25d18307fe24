"""Serving: the lock of the one writer, the atomic release, and read-only access to it."""
