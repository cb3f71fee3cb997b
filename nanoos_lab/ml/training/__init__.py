"""How the shipped networks are trained: splits, pretraining on compositions, the loop. Needs torch."""
