"""Foreign runs for tuning: two wards of GANs written as others write them, sick and healthy.

Each was a ward of the score once, until the doctor was improved with its mistakes. They helped to
choose the doctor's limits, so they are run only with `--tuning`.
"""
