/** Reports that had been entered by an instant, and were not withdrawn by it; two parameters. */
export const LIVE =
  "report.entered_at < ? AND (report.withdrawn_at IS NULL OR report.withdrawn_at >= ?)";
