"""What Dagster shows of a night: its steps as assets with checks, and where each stands in the flow.

Belongs here: keys, groups, descriptions, metadata. Stays out: any work; the steps are `pipelines.night`'s.
"""
