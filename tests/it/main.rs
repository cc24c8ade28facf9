mod messaging;
mod proxy;
