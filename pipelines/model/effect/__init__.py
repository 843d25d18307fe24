"""Did it work? Small-sample comparison of treated and untreated municipalities, without a black box.

About 30 units, self-selected, one or two waves before: large-sample standard errors would promise more
than such data hold. So every p-value comes from re-assigning the treatment among the units (within
strata), every interval from inverting that test, and the minimum detectable effect from the very same
engine. Estimates are in points of the outcome.

`comparison` checks the input and refuses what cannot be treated; `assignments` lists or draws the
re-assignments; `permutation` is the test and the interval; `estimators`, `power`, `fisher`,
`agreement`, `balance`, `sensitivity`, `verdict` and `reading` are what is built on them; `analyse`
turns a registered plan into rows. Stays out: reading files, SQL, and any sentence about causes.

Only numpy is needed: t, F and chi-square tables of scipy.stats would cost seconds of every night, and
nothing here refers to a theoretical distribution.
"""
