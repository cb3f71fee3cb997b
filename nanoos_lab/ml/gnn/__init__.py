"""``nanoos-gnn``: graph networks trained for this project, five members that answer as one.

The network (:mod:`.network`, torch) is only needed for training; served is its export (:mod:`.session`,
onnxruntime). What comes with it (:mod:`.bundle`) makes numbers into statements (:mod:`.predictor`).
"""
