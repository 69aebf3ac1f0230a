//! Whether a sentence says anything of what it names.
//!
//! "There is retrieval." "It matters to know about retrieval and context." "I could explain retrieval." Such frames
//! can be put around any words. What is inside them counts as said only if it relates one thing to another, which
//! in English takes a word that holds sentences together: a form of "be", a preposition, "because". An answer that
//! puts the same frame around one name after the other gives it away whatever its words are (`recurring`).

/// Words with which one points at a subject or calls it important. With the words that every text has they make
/// the frames. Sorted.
const POINTING: &[&str] = &[
    "address",
    "agree",
    "answer",
    "applies",
    "apply",
    "area",
    "areas",
    "aspect",
    "aspects",
    "aware",
    "basically",
    "besides",
    "call",
    "called",
    "central",
    "come",
    "comes",
    "concept",
    "concepts",
    "concern",
    "concerns",
    "consider",
    "considered",
    "considering",
    "count",
    "counts",
    "course",
    "cover",
    "covering",
    "critical",
    "crucial",
    "definitely",
    "depends",
    "describe",
    "detail",
    "details",
    "discuss",
    "discussed",
    "discussing",
    "elaborate",
    "essential",
    "everybody",
    "everyone",
    "everything",
    "exist",
    "exists",
    "experience",
    "explain",
    "explained",
    "factor",
    "factors",
    "familiar",
    "finally",
    "first",
    "focus",
    "forget",
    "fundamental",
    "generally",
    "get",
    "go",
    "great",
    "hear",
    "heard",
    "idea",
    "ideas",
    "importance",
    "important",
    "include",
    "included",
    "includes",
    "including",
    "interesting",
    "involve",
    "involved",
    "involves",
    "issue",
    "issues",
    "keep",
    "key",
    "keyword",
    "keywords",
    "kind",
    "kinds",
    "knew",
    "know",
    "knowing",
    "known",
    "knows",
    "let",
    "like",
    "list",
    "look",
    "looking",
    "lot",
    "main",
    "major",
    "matter",
    "matters",
    "mean",
    "means",
    "mention",
    "mentioned",
    "mentioning",
    "mind",
    "must",
    "name",
    "namely",
    "necessary",
    "need",
    "needed",
    "needs",
    "note",
    "obviously",
    "okay",
    "part",
    "parts",
    "people",
    "person",
    "play",
    "plays",
    "point",
    "points",
    "present",
    "question",
    "really",
    "refer",
    "regarding",
    "related",
    "relevant",
    "remember",
    "role",
    "say",
    "see",
    "significant",
    "something",
    "study",
    "stuff",
    "subject",
    "summary",
    "take",
    "talk",
    "talking",
    "term",
    "terms",
    "thing",
    "things",
    "think",
    "thinking",
    "topic",
    "topics",
    "touch",
    "understand",
    "understanding",
    "use",
    "used",
    "useful",
    "using",
    "vital",
    "well",
    "word",
    "words",
    "worth",
];

/// Words between names that join them without relating them.
const JOINING: &[&str] = &["a", "all", "an", "and", "both", "of", "or", "plus", "some", "such", "the"];

/// What one says that one will do instead of doing it ...
const ANNOUNCED: &[&str] = &[
    "address",
    "cover",
    "describe",
    "discuss",
    "elaborate",
    "explain",
    "mention",
    "outline",
    "present",
    "talk",
    "tell",
];
/// ... and the words in front of that.
const ANNOUNCING: &[&str] = &[
    "also", "can", "could", "going", "may", "might", "must", "shall", "should", "to", "want", "will", "would",
];
/// Within so many words of the beginning.
const ANNOUNCED_WITHIN: usize = 8;
/// "I would mention that" says what follows, also where somebody stands between ("explain to the user that").
const THAT_WITHIN: usize = 5;

/// "Recall and latency and cost and context": so many links ...
const CHAIN_LINKS: usize = 3;
/// ... with no more words than this between two of them hold a chain together, and nobody who has something to say
/// of its members writes so.
const CHAIN_REACH: usize = 2;

/// What a word is to a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Part {
    Names,
    Points,
    Joins,
    #[default]
    Holds,
}

/// Whether a sentence only names things. `parts` and `recurs` tell of each word what it is to a frame and whether it
/// belongs to one that recurs.
pub(super) fn only_mentions(plains: &[&str], parts: &[Part], recurs: &[bool]) -> bool {
    announces(plains) || is_chain(plains) || is_framed(plains, parts, recurs)
}

/// Whether there are but names inside a frame.
fn is_framed(plains: &[&str], parts: &[Part], recurs: &[bool]) -> bool {
    let part = |(at, part): (usize, &Part)| if recurs.get(at) == Some(&true) { Part::Points } else { *part };
    let parts: Vec<Part> = parts.iter().enumerate().map(part).collect();
    let names = |part: &Part| *part == Part::Names;
    let (Some(from), Some(to)) = (parts.iter().position(names), parts.iter().rposition(names)) else {
        return recurs.contains(&true);
    };
    let outside = parts.iter().take(from).chain(parts.iter().skip(to));
    let pointed = is_existential(plains) || outside.into_iter().any(|part| *part == Part::Points);
    // "It is important to measure latency" says what to do.
    let ordered = from.checked_sub(1).and_then(|before| plains.get(before)) == Some(&"to");
    pointed && !ordered && !(from + 1..to).any(|at| relates(&parts, at))
}

/// Whether a word inside a frame relates names. One that stands between two links is itself a name: "recall and
/// with and latency" relates nothing.
fn relates(parts: &[Part], at: usize) -> bool {
    let joins = |at: usize| parts.get(at) == Some(&Part::Joins);
    match parts.get(at) {
        Some(Part::Holds | Part::Points) => !(joins(at - 1) && joins(at + 1)),
        Some(Part::Names | Part::Joins) | None => false,
    }
}

/// What a word with or without content is to a frame.
pub(super) fn part(plain: &str, content: bool) -> Part {
    if POINTING.binary_search(&plain).is_ok() {
        Part::Points
    } else if content {
        Part::Names
    } else if JOINING.contains(&plain) {
        Part::Joins
    } else {
        Part::Holds
    }
}

/// "There is", "we have" and the like, which name without a word that points.
fn is_existential(plains: &[&str]) -> bool {
    let lead = usize::from(plains.first().is_some_and(|first| matches!(*first, "also" | "and" | "then")));
    match plains.get(lead..lead + 2) {
        Some([first, second]) => match *first {
            "here" | "there" => matches!(*second, "are" | "exist" | "exists" | "is" | "was" | "were"),
            "i" | "we" | "you" => *second == "have",
            _ => false,
        },
        Some(_) | None => false,
    }
}

/// "I would explain how it works", "I could tell them about it": nothing is said yet.
fn announces(plains: &[&str]) -> bool {
    let Some(speaker) = plains.iter().take(ANNOUNCED_WITHIN).position(|plain| *plain == "i") else {
        return false;
    };
    let rest = plains.get(speaker + 1..).unwrap_or_default();
    let verb = rest.iter().position(|plain| !ANNOUNCING.contains(plain));
    verb.is_some_and(|at| {
        let announced = rest.get(at).is_some_and(|verb| ANNOUNCED.contains(verb));
        at > 0 && announced && !rest.iter().skip(at).take(THAT_WITHIN).any(|plain| *plain == "that")
    })
}

/// Whether a sentence is held together by "and" after every word or two.
fn is_chain(plains: &[&str]) -> bool {
    let is_link = |plain: &str| matches!(plain, "and" | "or");
    let links: Vec<usize> =
        plains.iter().enumerate().filter_map(|(at, plain)| is_link(plain).then_some(at)).collect();
    let close =
        |run: &[usize]| run.iter().zip(run.iter().skip(1)).all(|(one, next)| next - one <= CHAIN_REACH + 1);
    links.windows(CHAIN_LINKS).any(close)
}

#[cfg(test)]
mod tests {
    use super::super::words::{Words, is_content};
    use super::*;

    #[test]
    fn frames_around_names_are_told_from_statements() {
        assert!(POINTING.is_sorted());
        for (sentence, mention) in [
            ("There is retrieval and context and inference.", true),
            ("There is fetches documents.", true),
            ("It matters to know about retrieval, context and cost.", true),
            ("Retrieval documents is important here.", true),
            ("As everyone knows, retrieval plays a role.", true),
            ("I am familiar with recall and from and latency.", true),
            ("In my answer I would discuss retrieval, context and how they work.", true),
            ("I could tell them about the cost of retrieval.", true),
            ("We use recall and latency and cost and context for this.", true),
            ("There is a trade-off between precision and recall.", false),
            ("It is important to measure latency and cost.", false),
            ("Monitoring is important because models drift.", false),
            ("I would mention that the weights do not change.", false),
            ("I would explain to the team that recall falls.", false),
            ("RAG fetches documents.", false),
            ("We track precision, recall and latency every week.", false),
        ] {
            let words = Words::new(sentence);
            let plains: Vec<&str> = words.plains().collect();
            let parts: Vec<Part> = plains.iter().map(|plain| part(plain, is_content(plain))).collect();
            assert_eq!(only_mentions(&plains, &parts, &[]), mention, "{sentence}");
        }
    }
}
