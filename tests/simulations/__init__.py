"""Does the test do what it says? Thousands of invented programmes; minutes, so never part of `make test`."""
