"""The outbox, the ledger and the store under them: order, loss, disks that fail and workers that die."""
