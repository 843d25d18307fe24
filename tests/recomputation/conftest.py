"""The sample night's candidate and the project as dbt reads it, as the tests of the models have them."""

from tests.unit.model.conftest import candidate, manifest

__all__ = ["candidate", "manifest"]
