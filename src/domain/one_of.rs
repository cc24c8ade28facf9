//! How a worker declares what it hears and what it says.

/// Declares the set of messages that a worker hears (`pub When: …`, decodable) or says (`pub Then: …`).
#[macro_export]
macro_rules! one_of {
    ($(#[$doc:meta])* pub When: $($message:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub enum When { $($message($message)),* }

        impl $crate::message::OneOf for When {
            const TYPES: &'static [&'static $crate::message::MessageType] =
                &[$(<$message as $crate::message::Message>::TYPE),*];
        }
        $(impl From<$message> for When {
            fn from(message: $message) -> Self {
                Self::$message(message)
            }
        })*

        impl $crate::decide::Heard for When {
            fn read(arrived: &$crate::decide::Arrived) -> Result<Self, $crate::decide::Malformed> {
                $(if arrived.is(<$message as $crate::message::Message>::TYPE) {
                    return arrived.data::<$message>().map(Self::$message);
                })*
                Err(arrived.unknown(<Self as $crate::message::OneOf>::TYPES))
            }

            fn subject(&self) -> Option<$crate::message::Subject> {
                match self {
                    $(Self::$message(message) => Some($crate::message::Message::subject(message))),*
                }
            }
        }
    };
    ($(#[$doc:meta])* pub Then: $($message:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub enum Then { $($message($message)),* }

        impl $crate::message::OneOf for Then {
            const TYPES: &'static [&'static $crate::message::MessageType] =
                &[$(<$message as $crate::message::Message>::TYPE),*];
        }
        $(impl From<$message> for Then {
            fn from(message: $message) -> Self {
                Self::$message(message)
            }
        })*
        impl From<&Then> for $crate::message::Said {
            fn from(then: &Then) -> Self {
                match then { $(Then::$message(message) => Self::of(message)),* }
            }
        }
    };
}
