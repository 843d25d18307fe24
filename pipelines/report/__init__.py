"""Documents and the nightly status, made from judged rows and nothing else."""
