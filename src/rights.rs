//! `[rights]`: who may ask for what, and which senders speak for people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::asker::Asker;
use domain::rights::{Right, RightSet};
use serde::Deserialize;

use crate::messaging::{COMMANDS, from};
use crate::senders::KINDS;

/// Every right, as the settings write it.
const ALL: &str = "all";
/// Begins the names of our exchanges; every other name is that of a user of the broker.
const OURS: &str = "leadmill.";
/// Most senders, and most people, that rights are given to.
const NAMES_MAX: usize = 10_000;

/// `[rights]`: a right that nobody is given here is nobody's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightsSettings {
    /// What everybody may, whether the broker names them or not.
    pub anybody: Vec<String>,
    /// What a sender may beside that, by the name that the broker knows it by: its user, where it tells that in the
    /// property `user_id`, else the exchange that it came by.
    #[serde(default)]
    pub senders: BTreeMap<String, Vec<String>>,
    /// The senders that name the person who asks, by the attribute `actor`.
    #[serde(default)]
    pub speak_for_people: BTreeSet<String>,
    /// What a person may beside what everybody may.
    #[serde(default)]
    pub people: BTreeMap<String, Vec<String>>,
}

/// Who may ask for what, ready to be looked up.
#[derive(Clone, Debug)]
pub struct Rights {
    anybody: RightSet,
    senders: BTreeMap<String, RightSet>,
    speak_for_people: BTreeSet<String>,
    people: BTreeMap<String, RightSet>,
}

impl RightsSettings {
    /// What is wrong with these settings, as finished sentences.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for (place, words) in self.given() {
            let unknown = words.iter().filter(|word| *word != ALL && Right::named(word).is_none());
            problems.extend(unknown.map(|word| {
                let known: Vec<_> = Right::ALL.iter().map(|right| right.name()).collect();
                format!(
                    "`{place}` gives `{word}`, which is no right; the rights are {}, and {ALL}.",
                    known.join(", ")
                )
            }));
        }
        let listed = self.speak_for_people.iter().map(|name| ("speak_for_people", name));
        let given = self.senders.keys().map(|name| ("senders", name));
        let exchanges = exchanges();
        for (place, name) in given.chain(listed) {
            if name.is_empty() || (name.starts_with(OURS) && !exchanges.contains(name)) {
                problems.push(format!(
                    "`{place}` names `{name}`, by which no command comes; name a user of the broker, or \
                     one of the exchanges {}.",
                    exchanges.iter().cloned().collect::<Vec<_>>().join(", ")
                ));
            }
        }
        if self.people.contains_key("") {
            problems.push("`people` names somebody by an empty name.".into());
        }
        for (place, count) in [("senders", self.senders.len()), ("people", self.people.len())] {
            if count > NAMES_MAX {
                problems
                    .push(format!("`{place}` has {count} names; the most allowed is {NAMES_MAX}."));
            }
        }
        problems
    }

    /// The same, ready to be looked up. A word that is no right gives none.
    #[must_use]
    pub fn rights(&self) -> Rights {
        let sets = |given: &BTreeMap<String, Vec<String>>| {
            given.iter().map(|(name, words)| (name.clone(), set(words))).collect()
        };
        Rights {
            anybody: set(&self.anybody),
            senders: sets(&self.senders),
            speak_for_people: self.speak_for_people.clone(),
            people: sets(&self.people),
        }
    }

    /// What may be meant otherwise although it can be used, as finished sentences. `users` are those of the broker that
    /// are known; only the broker knows whether there are others.
    #[must_use]
    pub fn doubts(&self, users: &BTreeSet<String>) -> Vec<String> {
        let mut doubts = Vec::new();
        let named: BTreeSet<_> = self.senders.keys().chain(&self.speak_for_people).collect();
        let strange = |name: &&&String| !name.starts_with(OURS) && !users.contains(**name);
        doubts.extend(named.iter().filter(strange).map(|name| {
            format!(
                "`{name}` is taken for a user of the broker, and `leadmill grants` makes none of that name: look \
                 whether the broker has it."
            )
        }));
        if self.speak_for_people.is_empty() && !self.people.is_empty() {
            doubts.push("`people` has rights, and no sender is in `speak_for_people`.".into());
        }
        let all = self.given().fold(RightSet::default(), |all, (_, words)| all.and(set(words)));
        let nobodys = Right::ALL.iter().filter(|right| !all.has(**right));
        let nobodys: Vec<_> = nobodys.map(|right| right.name()).collect();
        if !nobodys.is_empty() {
            doubts.push(format!("Nobody has a right to: {}.", nobodys.join(", ")));
        }
        doubts
    }

    /// Whatever is given, each with the place where it stands.
    fn given(&self) -> impl Iterator<Item = (String, &Vec<String>)> {
        let senders = self.senders.iter().map(|(name, words)| (format!("senders.{name}"), words));
        let people = self.people.iter().map(|(name, words)| (format!("people.{name}"), words));
        [("anybody".to_owned(), &self.anybody)].into_iter().chain(senders).chain(people)
    }
}

impl Rights {
    /// Who asks with a command of this sender. Where a person is named, their rights count and not the
    /// sender's.
    ///
    /// # Errors
    /// A finished sentence where the sender names a person and may not.
    pub fn asker(&self, sender: Option<&str>, actor: Option<&Arc<str>>) -> Result<Asker, String> {
        let of = |given: &BTreeMap<String, RightSet>, name: &str| {
            self.anybody.and(given.get(name).copied().unwrap_or_default())
        };
        let Some(actor) = actor else {
            let rights = sender.map_or(self.anybody, |sender| of(&self.senders, sender));
            return Ok(Asker { name: sender.map(Arc::from), rights });
        };
        if !sender.is_some_and(|sender| self.speak_for_people.contains(sender)) {
            let who = sender.map(|name| format!("`{name}`"));
            let who = who.as_deref().unwrap_or("A sender whom the broker does not name");
            return Err(format!(
                "{who} names the `actor` `{actor}` and may not speak for people. Leave the attribute away, \
                 or have the operator add the sender to `speak_for_people` in the section `[rights]` of the \
                 settings; send the command again under a new id then."
            ));
        }
        Ok(Asker { name: Some(Arc::clone(actor)), rights: of(&self.people, actor) })
    }
}

/// The exchanges by which commands come.
fn exchanges() -> BTreeSet<String> {
    let kinds = KINDS.iter().filter(|kind| !kind.commands.is_empty());
    kinds.map(|kind| from(kind.kind)).chain([COMMANDS.to_owned()]).collect()
}

fn set(words: &[String]) -> RightSet {
    let each = |word: &String| match word.as_str() {
        ALL => RightSet::ALL,
        word => Right::named(word).into_iter().collect(),
    };
    words.iter().map(each).fold(RightSet::default(), RightSet::and)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Sources;

    fn read(text: &str) -> RightsSettings {
        let file = config::File::from_str(text, config::FileFormat::Toml);
        let read = config::Config::builder().add_source(file).build();
        read.and_then(config::Config::try_deserialize).expect("settings that can be read")
    }

    fn may(rights: &Rights, sender: Option<&str>, actor: Option<&str>) -> Vec<&'static str> {
        let asker = rights.asker(sender, actor.map(Arc::from).as_ref()).expect("somebody asks");
        assert_eq!(asker.name.as_deref(), actor.or(sender));
        let held = Right::ALL.iter().copied().filter(|right| asker.rights.has(*right));
        held.map(Right::name).collect()
    }

    #[test]
    fn anybody_may_all_by_default_and_nobody_speaks_for_people() {
        let sources = Sources::default().with_servers("postgres://h/d", "amqp://h");
        let rights = sources.settings().expect("the built-in settings").rights.rights();
        assert_eq!(may(&rights, None, None).len(), Right::ALL.len());
        assert_eq!(may(&rights, Some("leadmill.commands"), None).len(), Right::ALL.len());
        let ana = Arc::from("ana");
        for sender in [None, Some("leadmill.commands"), Some("guest")] {
            let why = rights.asker(sender, Some(&ana)).expect_err("it may not speak for people");
            assert!(why.contains("`ana`") && why.contains("`speak_for_people`"), "{why}");
        }
    }

    #[test]
    fn a_file_that_closes_what_is_open_to_anybody_leaves_nothing_open() {
        let folder = std::env::temp_dir().join(format!("leadmill-rights-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&folder).expect("a folder");
        let file = folder.join("settings.toml");
        let text = "[rights]\nanybody = []\n[rights.senders]\n\"leadmill.from.shop\" = [\"accept_quote\"]\n\
                    [rights.people]\n\"Ana@Mill.example\" = [\"all\"]\n";
        std::fs::write(&file, text).expect("a file");
        let sources = Sources { file: Some(file), ..Sources::default() };
        let settings = sources.with_servers("postgres://h/d", "amqp://h").settings();
        std::fs::remove_dir_all(folder).expect("the folder goes");
        let rights = settings.expect("sound settings").rights;
        assert_eq!(rights.people.keys().collect::<Vec<_>>(), ["Ana@Mill.example"]);
        let rights = rights.rights();
        assert_eq!(may(&rights, None, None), Vec::<&str>::new());
        assert_eq!(may(&rights, Some("leadmill.from.shop"), None), ["accept_quote"]);
    }

    #[test]
    fn the_rights_of_a_named_person_count_and_not_those_of_who_names_them() {
        let rights = read(
            r#"
            anybody = ["accept_quote"]
            speak_for_people = ["crm"]
            [senders]
            crm = ["cancel_order"]
            [people]
            ana = ["approve_discount", "offer_quote"]
            "#,
        )
        .rights();
        assert_eq!(may(&rights, Some("crm"), None), ["accept_quote", "cancel_order"]);
        let anas = ["offer_quote", "approve_discount", "accept_quote"];
        assert_eq!(may(&rights, Some("crm"), Some("ana")), anas);
        assert_eq!(may(&rights, Some("crm"), Some("Ana")), ["accept_quote"], "another name");
        // A person's name is no sender's, and a sender's is no person's.
        assert_eq!(may(&rights, Some("ana"), None), ["accept_quote"]);
        assert_eq!(may(&rights, Some("crm"), Some("crm")), ["accept_quote"]);
        assert!(rights.asker(Some("ana"), Some(&"ana".into())).is_err());
    }

    #[test]
    fn every_unknown_right_and_every_exchange_by_which_nothing_comes_is_named_at_once() {
        let settings = read(
            r#"
            anybody = ["all", "fly"]
            speak_for_people = ["leadmill.from.web", "crm"]
            [senders]
            "leadmill.commands" = ["all"]
            "leadmill.from.shp" = ["accept_quote"]
            "leadmill.events.intake" = []
            [people]
            ana = ["approve_discunt"]
            "#,
        );
        let problems = settings.problems();
        for (place, name) in [
            ("`anybody`", "`fly`"),
            ("`speak_for_people`", "`leadmill.from.web`"),
            ("`senders`", "`leadmill.from.shp`"),
            ("`senders`", "`leadmill.events.intake`"),
            ("`people.ana`", "`approve_discunt`"),
        ] {
            let named = |problem: &&String| problem.contains(place) && problem.contains(name);
            assert_eq!(problems.iter().filter(named).count(), 1, "{place} {name}: {problems:?}");
        }
        assert_eq!(problems.len(), 5, "{problems:?}");
    }

    #[test]
    fn what_may_be_meant_otherwise_is_told() {
        let known = ["leadmill_shop".to_owned()].into();
        assert_eq!(read("anybody = ['all']").doubts(&known), Vec::<String>::new());
        let settings = read(
            r#"
            anybody = []
            [senders]
            leadmill_shop = ["accept_quote"]
            "leadmill.commands" = []
            leadmill_shp = ["close_quote"]
            [people]
            ana = ["cancel_order"]
            "#,
        );
        let doubts = settings.doubts(&known);
        let [shp, people, nobody] = &doubts[..] else { panic!("{doubts:?}") };
        assert!(shp.starts_with("`leadmill_shp` is taken for a user"), "{shp}");
        assert!(people.contains("`speak_for_people`"), "{people}");
        assert!(nobody.contains("cancel_invoice") && !nobody.contains("cancel_order"), "{nobody}");
    }

    #[test]
    fn the_file_that_closes_an_installation_in_the_documentation_is_sound() {
        let told = include_str!("../docs/security.md");
        let (_, example) = told.split_once("```toml\n[rights]\n").expect("an example");
        let (example, _) = example.split_once("```").expect("its end");
        let settings = read(&example.replace("[rights.", "["));
        assert_eq!((settings.problems(), settings.doubts(&BTreeSet::new())), (vec![], vec![]));
        assert_eq!(may(&settings.rights(), None, None), Vec::<&str>::new());
        assert!(settings.rights().asker(Some("leadmill.from.crm"), Some(&"x".into())).is_ok());
    }

    #[test]
    fn the_default_file_names_every_right() {
        let told = include_str!("../config/default.toml");
        for right in Right::ALL {
            assert!(told.contains(right.name()), "config/default.toml does not name {right}");
        }
    }
}
