//! Choosing between prompting, retrieval and fine-tuning; adapters.

use crate::sheet::{Sheet, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![fine_tuning_prompting_or_rag(), lora_and_rank()]
}

fn fine_tuning_prompting_or_rag() -> Sheet {
    let calls = 10_000.0 * 30.0;
    let (input, output) = (1.0 / 1e6, 4.0 / 1e6);
    let passages = 5.0 * 400.0;
    let prompt = 1_800.0 + passages;
    let manual = 6_000.0 * 500.0;
    Sheet::of(
        "fine-tuning-prompting-or-rag",
        [
            "10,000 support e-mails a day",
            "6,000 pages",
            "1 dollar per million input tokens",
            "4 dollars per million output tokens",
        ],
    )
    .states("about {} calls a month", [number(calls, 0)])
    .states("about {} model calls a month", [number(calls, 0)])
    .states("At {} calls a month", [number(calls, 0)])
    .states("five passages of 400 tokens another {}", [number(passages, 0)])
    .states(
        "That is {} billion input tokens, {} dollars, of which the passages are {}",
        [
            number(prompt * calls / 1e9, 2),
            number(prompt * calls * input, 0),
            number(passages * calls * input, 0),
        ],
    )
    .states("Drafts of 250 tokens add {} dollars", [number(250.0 * calls * output, 0)])
    .states("So about {} dollars: it fits", [number(calls * (prompt * input + 250.0 * output), 0)])
    .states("cost some {} dollars a month in input tokens", [number(passages * calls * input, 0)])
    .states("the passages alone come to {} dollars", [number(passages * calls * input, 0)])
    .states("some {} dollars a month, far over", [number(manual * input * calls, 0)])
    // the candidate's target, lengths that he assumes, a short list of categories
    .free(["92", "1,800", "400", "250", "500", "800"])
}

fn lora_and_rank() -> Sheet {
    let (width, rank, parameters) = (4_096.0, 16.0, 7e9);
    let matrix = 2.0 * rank * width;
    let matrices = 4.0 * 32.0;
    let trained = matrix * matrices;
    let (full, half) = (parameters * 16.0 / 1e9, parameters * 2.0 / 1e9);
    let adapter = trained * 2.0 / 1e6;
    assert!(trained * 16.0 / 1e9 < 0.3);
    Sheet::of(
        "lora-and-rank",
        [
            "30 customers",
            "7 billion parameters in 16 bits",
            "32 layers",
            "four attention projections of 4,096 by 4,096",
            "rank 16 on the four projections",
            "16 bytes a parameter",
        ],
    )
    .states("for A and as many for B, {} parameters", [number(matrix, 0)])
    .states(
        "Four matrices in 32 layers are {}, so {} million in all",
        [number(matrices, 0), number(trained / 1e6, 1)],
    )
    .states("That is {} percent of the 7 billion", [percent(trained / parameters, 2)])
    .states("which makes {} parameters", [number(matrix, 0)])
    .states(
        "The {} matrices have {} million trained parameters, {} percent of the 7 billion",
        [number(matrices, 0), number(trained / 1e6, 1), percent(trained / parameters, 2)],
    )
    .states(
        "{} a matrix; {} million or {} percent; {} GB; {} GB for LoRA; {} MB an adapter",
        [
            number(matrix, 0),
            number(trained / 1e6, 1),
            percent(trained / parameters, 2),
            number(full, 0),
            number(half, 0),
            number(adapter, 0),
        ],
    )
    .states(
        "{} a matrix, {} million in all, {} GB for full fine-tuning, {} GB and a little more",
        [number(matrix, 0), number(trained / 1e6, 1), number(full, 0), number(half, 0)],
    )
    .states("at 16 bytes a parameter takes {} GB", [number(full, 0)])
    .states(
        "LoRA takes {} GB for the frozen weights and less than {} GB",
        [number(half, 0), number((trained * 16.0 / 1e8).ceil() / 10.0, 1)],
    )
    .states("in 4 bits, about {} GB", [number(parameters / 2.0 / 1e9, 1)])
    .states("a frozen base in 4 bits of about {} GB", [number(parameters / 2.0 / 1e9, 1)])
    .states("base in 4 bits at {} GB", [number(parameters / 2.0 / 1e9, 1)])
    .states("An adapter in 16 bits is {} MB", [number(adapter, 0)])
    .states("An adapter is {} MB on disk", [number(adapter, 0)])
    .states("The adapter is only {} MB", [number(adapter, 0)])
    .states("{} MB an adapter", [number(adapter, 0)])
    .states("30 copies of {} GB are {} GB", [number(half, 0), number(30.0 * half, 0)])
    .states("so 30 copies would take {} GB", [number(30.0 * half, 0)])
    .states("the base of {} GB has to be loaded", [number(half, 0)])
    // other ranks to try, and the bits of a quantized base
    .free(["4", "8", "64"])
}
