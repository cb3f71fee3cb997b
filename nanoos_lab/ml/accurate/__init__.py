"""The accurate tier's second opinion: what CHGNet's pretrained features say, read by heads and by trees."""
