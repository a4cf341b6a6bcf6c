"""Reports as one HTML file that needs nothing else."""

from channelopt.report.html.page import html as html
