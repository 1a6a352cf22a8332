"""Operations: the plan, and the daily work that keeps to it."""
