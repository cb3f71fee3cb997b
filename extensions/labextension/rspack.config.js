/** Number modules by order, not by a hash of absolute paths: the same sources give the same bytes anywhere. */
module.exports = { optimization: { moduleIds: 'natural', chunkIds: 'natural' }, performance: { hints: false } };
