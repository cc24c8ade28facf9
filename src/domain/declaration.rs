//! How the messages about a subject are declared, in the file of each.

/// Declares the messages about a subject: `Lead: events { LeadQualified = "lead.qualified.v1" by lead; }`, then
/// its commands. After `by` stands the field that holds the subject's id, after `needs` the right that a
/// sender outside must have.
#[macro_export]
macro_rules! messages {
    (
        $about:ident:
        $(events { $($event:ident = $event_name:literal by $event_id:ident;)* })?
        $(commands { $(
            $command:ident = $command_name:literal by $command_id:ident $(needs $right:ident)?;
        )* })?
    ) => {
        $($($crate::messages!(@one $event: Event $event_name $about $event_id []);)*)?
        $($($crate::messages!(
            @one $command: Command $command_name $about $command_id [$($right)?]
        );)*)?

        /// The types of its events.
        pub const EVENTS: &[&$crate::message::MessageType] =
            &[$($(<$event as $crate::message::Message>::TYPE),*)?];
        /// How the data of its events is read to be told again.
        pub(super) const REPLAYS: &[(&$crate::message::MessageType, $crate::replay::ReadEvent)] =
            &[$($((<$event as $crate::message::Message>::TYPE, $crate::replay::read::<$event>)),*)?];
        /// The types of its commands.
        pub const COMMANDS: &[&$crate::message::MessageType] =
            &[$($(<$command as $crate::message::Message>::TYPE),*)?];

        pub(super) mod events {
            $($(pub use super::$event;)*)?
        }

        pub(super) mod commands {
            $($(pub use super::$command;)*)?
        }
    };
    (@one $message:ident: $kind:ident $name:literal $about:ident $field:ident [$($right:ident)?]) => {
        impl $crate::message::Message for $message {
            const TYPE: &'static $crate::message::MessageType = &$crate::message::MessageType {
                name: $name,
                kind: $crate::message::MessageKind::$kind,
                about: $crate::message::SubjectKind::$about,
                field: Some(stringify!($field)),
                needs: $crate::messages!(@needs $($right)?),
                schema: |generator| generator.subschema_for::<$message>(),
                #[cfg(any(test, feature = "samples"))]
                again: $crate::message::again::<$message>,
            };

            fn subject(&self) -> $crate::message::Subject {
                $crate::message::Subject {
                    kind: $crate::message::SubjectKind::$about,
                    id: $crate::message::Names::named(&self.$field),
                }
            }
        }
    };
    (@needs) => { None };
    (@needs $right:ident) => { Some($crate::rights::Right::$right) };
}
