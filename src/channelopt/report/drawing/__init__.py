"""Drawing: shapes as pictures, SVG and PNG, without a browser."""
