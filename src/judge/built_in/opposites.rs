//! Words that say the contrary of each other.

/// Words of the left side are the contrary of those on the right.
const OPPOSITES: &[(&[&str], &[&str])] = &[
    (
        &["increase", "increases", "increased", "rises", "grows"],
        &["decrease", "decreases", "decreased", "falls", "shrinks"],
    ),
    (&["higher", "high", "highest"], &["lower", "low", "lowest"]),
    (&["larger", "large", "bigger", "big"], &["smaller", "small"]),
    (&["faster", "fast"], &["slower", "slow"]),
    (&["cheaper", "cheap"], &["expensive", "dearer", "costly"]),
    (&["before", "beforehand"], &["after", "afterwards"]),
    (&["always"], &["never"]),
    (&["maximum", "maximize"], &["minimum", "minimize"]),
    (&["first"], &["last"]),
    (&["same", "identical"], &["different", "differ"]),
    (&["positive", "positives"], &["negative", "negatives"]),
    (&["encoder"], &["decoder"]),
    (&["precision"], &["recall"]),
    (&["supervised"], &["unsupervised"]),
    (&["synchronous"], &["asynchronous"]),
    (&["deterministic"], &["random", "stochastic", "nondeterministic"]),
    (&["linear", "linearly"], &["quadratic", "quadratically"]),
    (&["public"], &["private"]),
    (&["overfitting", "overfit"], &["underfitting", "underfit"]),
    (&["more"], &["less", "fewer"]),
    (&["true"], &["false"]),
];

/// Whether two plain forms are opposites that stand in the same places, so that vectors take them for kin.
pub(super) fn opposite(a: &str, b: &str) -> bool {
    OPPOSITES.iter().any(|(one, other)| {
        (one.contains(&a) && other.contains(&b)) || (one.contains(&b) && other.contains(&a))
    })
}

/// Whether any word of `OPPOSITES` is this one; most are not, which saves comparing them.
pub(super) fn has_opposite(plain: &str) -> bool {
    OPPOSITES.iter().any(|(one, other)| one.contains(&plain) || other.contains(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_told_from_kin() {
        assert!(opposite("higher", "lower") && opposite("slow", "faster") && !opposite("high", "higher"));
        assert!(has_opposite("recall") && !has_opposite("retrieval"));
    }
}
