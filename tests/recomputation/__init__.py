"""Every KPI a second time: slow, obvious, from the landed rows, written from the definitions and not from our SQL."""
