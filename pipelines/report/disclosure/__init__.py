"""Disclosure control: no document lets anybody work out what a few respondents answered.

`rule` says which figures rest on too few answers, `protection` what else must be hidden so that the hidden ones
cannot be computed from what is shown, `intervals` how closely a reader could compute them, `earlier` what editions
issued before have shown already. `plan` puts them together for one set of documents, `curtain` lets every section
read the suppressed marts only, `audit` and `check` say and verify what was done.

The warehouse, `kyoso trace` and the commands stay as they are: they are internal, on the server. Organisations'
official answers (assessments, the survey of needs) are statements of organisations and are not suppressed.

Sources of the rules: Hundepohl et al., Statistical Disclosure Control (Wiley, 2012), chapters 4 and 5 (threshold
rule, group disclosure, secondary suppression, feasibility intervals); 秘匿 as practised in Japan's official
statistics, where what stands for one or two is hidden, and with it whatever would give it away.
"""
