"""Executed notebooks as pages that last: one HTML file that opens from disk, or a PDF.

``page`` puts a page together, ``outputs`` chooses and draws what stands for each output, ``saved_widgets`` finds
what a widget's saved state still holds, ``formulas`` writes mathematics, ``scripts`` says which scripts may run,
``pdf`` prints, and ``exporters`` are what ``jupyter nbconvert --to nanoos`` and ``--to nanoos-pdf`` call. The room
knows no lab and no database: a notebook goes in, a page comes out.
"""
