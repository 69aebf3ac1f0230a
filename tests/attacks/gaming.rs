//! Answers that know the rubric or the question, but say nothing: made from a rubric by rule.

use interview_coach::bank::Rubric;

/// An answer without substance, and what trick it plays.
pub(crate) struct Empty {
    /// The trick.
    pub(crate) trick: &'static str,
    /// The answer.
    pub(crate) answer: String,
}

/// What others found to fool judges that are language models, and talk that fits every question.
const PHRASES: &[(&str, &str)] = &[
    ("nothing", ""),
    ("colon", ":"),
    ("full stop", "."),
    ("dots", "... ... ..."),
    ("thought process", "Thought process:"),
    ("step by step", "Let me solve this step by step."),
    ("solution", "Solution"),
    (
        "step by step, at length",
        "Thought process: First, let me look at the question step by step. Then I will come to the solution. Finally, I check my answer.",
    ),
    ("fine", "fine"),
    ("no idea", "I don't know this one, sorry."),
    (
        "filler",
        "This is a very important and complex topic. There are many factors to consider, and it depends on the use case. \
        In my experience one needs a holistic approach that balances all trade-offs. It is crucial to understand the \
        requirements, to follow best practices, and to measure the results continuously. With the right strategy and a \
        strong team, we can deliver value and mitigate the risks.",
    ),
    (
        "eager filler",
        "Great question! I have a lot of experience with this. I would carefully analyse the problem, choose the most suitable \
        method, implement it in a robust and scalable way, evaluate it thoroughly and monitor it in production. I always \
        make sure that quality, cost and safety are in balance, and I communicate with stakeholders early and often.",
    ),
];

/// All of them for one rubric. `other` is a rubric on another subject.
pub(crate) fn empty_answers(rubric: &Rubric, other: &Rubric) -> Vec<Empty> {
    let points: Vec<&str> =
        rubric.criteria.iter().flat_map(|c| &c.key_points).map(|point| point.trim_end_matches('.')).collect();
    let each = |frame: &dyn Fn(&str) -> String| {
        points.iter().map(|point| frame(point)).collect::<Vec<_>>().join(" ")
    };
    let over_terms = |frame: &dyn Fn(&str) -> String| {
        each(&|point| terms(point).into_iter().map(|t| frame(&t)).collect::<Vec<_>>().join(" "))
    };
    let over_pairs = |frame: &dyn Fn(&str) -> String| {
        each(&|point| {
            let terms = terms(point);
            let pairs: Vec<String> = terms.chunks_exact(2).map(|two| frame(&two.join(" "))).collect();
            pairs.join(" ")
        })
    };
    let titles: Vec<&str> = rubric.criteria.iter().map(|c| c.title.as_str()).collect();
    let levels: Vec<&str> = rubric.criteria.iter().flat_map(|c| &c.levels).map(String::as_str).collect();
    let tops: Vec<&str> =
        rubric.criteria.iter().filter_map(|c| c.levels.last()).map(String::as_str).collect();
    let all_terms: Vec<String> = points.iter().flat_map(|point| terms(point)).collect();
    let strong = other.exemplars.first().map(|e| e.answer.clone()).unwrap_or_default();
    let made: Vec<(&'static str, String)> = vec![
        ("words shuffled", each(&|p| format!("{}.", shuffled(p, 1)))),
        ("words shuffled otherwise", each(&|p| format!("{}.", shuffled(p, 7)))),
        (
            "words backwards",
            each(&|p| format!("{}.", p.split_whitespace().rev().collect::<Vec<_>>().join(" "))),
        ),
        (
            "words sorted",
            each(&|p| {
                let mut w: Vec<&str> = p.split_whitespace().collect();
                w.sort_unstable();
                format!("{}.", w.join(" "))
            }),
        ),
        ("terms strung together", each(&|p| format!("{}.", terms(p).join(" ")))),
        ("terms listed", format!("{}.", all_terms.join(", "))),
        ("terms, a line each", all_terms.join("\n")),
        ("terms in bullets", format!("- {}", all_terms.join("\n- "))),
        ("all terms in a row", all_terms.join(" ")),
        ("there is", over_terms(&|t| format!("There is {t}."))),
        ("matters", over_terms(&|t| format!("The {t} matters."))),
        ("is important", over_terms(&|t| format!("It is important to think about {t}."))),
        (
            "know about",
            each(&|p| {
                let t = terms(p);
                format!("One should know about {}.", listed(&t))
            }),
        ),
        (
            "topics include",
            each(&|p| {
                let t = terms(p);
                format!("Relevant topics here include {}.", listed(&t))
            }),
        ),
        (
            "would discuss",
            each(&|p| {
                let t = terms(p);
                format!("I would talk about {} and explain them.", listed(&t))
            }),
        ),
        ("there are pairs", over_pairs(&|t| format!("There is {t}."))),
        ("familiar with pairs", over_pairs(&|t| format!("I have worked with {t} for many years."))),
        ("pairs in a row", over_pairs(&|t| format!("It matters to know about {t}."))),
        ("a chain of and", each(&|p| format!("There is {}.", terms(p).join(" and ")))),
        ("would explain how", each(&|p| format!("I would explain how {} work.", terms(p).join(" ")))),
        ("asked why", each(&|p| format!("One may ask why {p}."))),
        ("not true", each(&|p| format!("It is not true that {p}."))),
        ("false", each(&|p| format!("The claim that {p} is false."))),
        ("wrong to say", each(&|p| format!("It would be wrong to say that {p}."))),
        ("nobody", each(&|p| format!("I do not believe that {p}."))),
        ("asked whether", each(&|p| format!("Is it the case that {p}?"))),
        ("don't know whether", each(&|p| format!("I don't know whether {p}."))),
        ("the question", rubric.question.clone()),
        ("the question twice", format!("{0}\n\n{0}", rubric.question)),
        (
            "the question as a promise",
            format!("You ask the following. {} I will answer exactly that.", rubric.question),
        ),
        ("titles", format!("{}.", titles.join(". "))),
        ("titles as claims", format!("I explain {}.", titles.join(". I explain "))),
        ("level descriptors", levels.join("\n")),
        ("top level descriptors", tops.join(" ")),
        (
            "top descriptors as claims",
            format!("My answer does this: {}", tops.join(" My answer does this: ")),
        ),
        ("another answer", strong),
    ];
    let made = made.into_iter().chain(short_sentences(&points));
    let phrases = PHRASES.iter().map(|&(trick, answer)| Empty { trick, answer: answer.to_owned() });
    phrases.chain(made.map(|(trick, answer)| Empty { trick, answer })).collect()
}

/// Terms of the key points, two or three to a sentence.
fn short_sentences(points: &[&str]) -> Vec<(&'static str, String)> {
    let rows = |length: usize, frame: &dyn Fn(&[String]) -> String| {
        let of = |point: &&str| terms(point).chunks_exact(length).map(frame).collect::<String>();
        points.iter().map(of).collect::<String>()
    };
    vec![
        ("has", rows(2, &|two| format!("{} has {}. ", two[0], two[1]))),
        ("is", rows(2, &|two| format!("The {} is the {}. ", two[0], two[1]))),
        ("with", rows(2, &|two| format!("{} with {}. ", two[0], two[1]))),
        ("a colon between", rows(2, &|two| format!("{}: {}. ", two[0], two[1]))),
        ("two words a sentence", rows(2, &|two| format!("{}. ", two.join(" ")))),
        ("three words a sentence", rows(3, &|three| format!("{}. ", three.join(" ")))),
        ("semicolons", rows(2, &|two| format!("{}; ", two.join(" ")))),
        ("headings", rows(2, &|two| format!("\n# {}\n", two.join(" ")))),
    ]
}

/// Words of four letters and more, without those that only hold sentences together.
fn terms(text: &str) -> Vec<String> {
    const HOLDING: &[&str] = &[
        "with", "from", "that", "this", "than", "into", "only", "each", "which", "when", "they", "their",
        "there", "have", "does", "because", "while", "where", "would", "should", "more", "most", "them",
        "then", "about", "between", "before", "after",
    ];
    text.split(|c: char| !c.is_alphanumeric() && c != '-')
        .filter(|word| word.len() >= 4 && !HOLDING.contains(&word.to_lowercase().as_str()))
        .map(str::to_lowercase)
        .collect()
}

fn listed(terms: &[String]) -> String {
    match terms {
        [most @ .., last] if !most.is_empty() => format!("{} and {last}", most.join(", ")),
        _ => terms.concat(),
    }
}

/// The words in another order, the same one each time.
fn shuffled(text: &str, seed: usize) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9) + text.len();
    for at in (1..words.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words.swap(at, (state >> 33) % (at + 1));
    }
    words.join(" ")
}
