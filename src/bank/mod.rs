//! The bank: all rubrics on the search path, the shipped ones first.
//!
//! Reading folders is the business of [`crate::files`]; here texts become rubrics.

pub mod diff;
pub mod lint;
pub mod names;
pub mod parse;
mod prose;
mod rubric;
mod schema;
pub mod skeleton;
pub mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use include_dir::{Dir, include_dir};

pub use rubric::{
    Criterion, CriterionId, Difficulty, Dimension, Exemplar, FORMAT, LEVELS, Mistake, MistakeId, MistakeKind,
    QuestionId, Rubric,
};
pub use schema::rubric_schema;

use crate::document::Problem;
use crate::nearest::nearest_three;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/rubrics");

/// The file name of a catalogue of mistakes.
pub const CATALOGUE: &str = "mistakes.toml";

/// A file of the search path, read but not yet parsed.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The file as the user would name it.
    pub name: String,
    /// The file's name without folder and ending.
    pub stem: String,
    /// Its text.
    pub text: String,
}

impl SourceFile {
    /// Whether it is a catalogue of mistakes, by its name.
    pub fn is_catalogue(&self) -> bool {
        format!("{}.toml", self.stem) == CATALOGUE
    }
}

/// All rubrics by id, and the catalogue that they were read with.
#[derive(Debug, Clone, Default)]
pub struct Bank {
    rubrics: BTreeMap<QuestionId, Arc<Rubric>>,
    files: BTreeMap<QuestionId, String>,
    catalogue: Vec<Mistake>,
}

impl Bank {
    /// The bank that is compiled in.
    pub fn shipped() -> Result<Self, Vec<Problem>> {
        let mut bank = Self::default();
        bank.add(&shipped_files())?;
        Ok(bank)
    }

    /// Adds the files of one folder. A rubric of an id that is already there replaces it, and so does a
    /// mistake of the folder's own catalogue; two rubrics of one id in the same folder are a problem.
    pub fn add(&mut self, files: &[SourceFile]) -> Result<(), Vec<Problem>> {
        let folder = read(files, &self.catalogue);
        self.catalogue = folder.catalogue;
        for (rubric, file) in folder.rubrics {
            self.insert(rubric, &file.name);
        }
        if folder.problems.is_empty() { Ok(()) } else { Err(folder.problems) }
    }

    fn insert(&mut self, rubric: Rubric, file: &str) {
        self.files.insert(rubric.id.clone(), file.to_owned());
        self.rubrics.insert(rubric.id.clone(), Arc::new(rubric));
    }

    /// The rubric of that id.
    pub fn rubric(&self, id: &str) -> Option<&Arc<Rubric>> {
        self.rubrics.get(id)
    }

    /// Every rubric, in the order of their ids.
    pub fn rubrics(&self) -> impl Iterator<Item = &Arc<Rubric>> {
        self.rubrics.values()
    }

    /// The file that a rubric came from.
    pub fn file(&self, id: &str) -> Option<&str> {
        self.files.get(id).map(String::as_str)
    }

    /// The mistakes that rubrics can `use`.
    pub fn catalogue(&self) -> &[Mistake] {
        &self.catalogue
    }

    /// Up to three ids that someone who typed `id` may have meant.
    pub fn ids_like(&self, id: &str) -> Vec<&str> {
        nearest_three(id, self.rubrics.keys().map(QuestionId::as_str))
    }
}

/// The files that are compiled in, named as in the repository.
pub fn shipped_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    collect_shipped(&SHIPPED, &mut files);
    files
}

/// What the files of one folder hold, and everything that is wrong with them.
#[derive(Debug, Clone)]
pub struct Folder<'f> {
    /// The valid rubrics, each with its file; no id twice.
    pub rubrics: Vec<(Rubric, &'f SourceFile)>,
    /// The mistakes that they could use: the folder's own in front of those from before.
    pub catalogue: Vec<Mistake>,
    /// The mistakes of each valid catalogue in the folder, with its file.
    pub catalogues: Vec<(Vec<Mistake>, &'f SourceFile)>,
    /// Every problem of every file.
    pub problems: Vec<Problem>,
}

/// Reads the files of one folder: catalogues first, since the rubrics beside them use them. `catalogue` is what is
/// known from the folders before.
pub fn read<'f>(files: &'f [SourceFile], catalogue: &[Mistake]) -> Folder<'f> {
    let catalogue = catalogue.to_vec();
    let mut folder = Folder { rubrics: Vec::new(), catalogue, catalogues: Vec::new(), problems: Vec::new() };
    let mut is_whole = true;
    for file in files.iter().filter(|file| file.is_catalogue()) {
        match parse::catalogue(&file.name, &file.text) {
            Ok(mistakes) => folder.add_catalogue(mistakes, file),
            Err(found) => {
                is_whole = false;
                folder.problems.extend(found);
            }
        }
    }
    let mut added: BTreeMap<QuestionId, &SourceFile> = BTreeMap::new();
    for file in files.iter().filter(|file| !file.is_catalogue()) {
        let catalogue = if is_whole {
            parse::Catalogue::Whole(&folder.catalogue)
        } else {
            parse::Catalogue::Part(&folder.catalogue)
        };
        match parse::rubric_with(&file.name, &file.stem, &file.text, catalogue) {
            Ok(rubric) => match added.insert(rubric.id.clone(), file) {
                Some(other) => folder.problems.push(same_id(file, other)),
                None => folder.rubrics.push((rubric, file)),
            },
            Err(found) => folder.problems.extend(found),
        }
    }
    folder
}

impl<'f> Folder<'f> {
    fn add_catalogue(&mut self, mistakes: Vec<Mistake>, file: &'f SourceFile) {
        for mistake in &mistakes {
            self.catalogue.retain(|known| known.id != mistake.id);
            self.catalogue.push(mistake.clone());
        }
        self.catalogues.push((mistakes, file));
    }
}

fn same_id(file: &SourceFile, other: &SourceFile) -> Problem {
    let document = crate::document::Document::new(&file.name, &file.text);
    let message = format!("{} has a rubric of the same id", other.name);
    document.problem(0..0, message, Some("rename one of the two files and its id".to_owned()));
    // One problem was noted above, so one comes back.
    document.into_problems().remove(0)
}

fn collect_shipped(folder: &Dir<'_>, files: &mut Vec<SourceFile>) {
    for entry in folder.files() {
        let path = entry.path();
        let (Some(stem), Some(text)) = (path.file_stem().and_then(|s| s.to_str()), entry.contents_utf8())
        else {
            continue;
        };
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = format!("rubrics/{}", path.display());
            files.push(SourceFile { name, stem: stem.to_owned(), text: text.to_owned() });
        }
    }
    folder.dirs().for_each(|inner| collect_shipped(inner, files));
}
