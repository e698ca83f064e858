/** What applications build on a connection: typed remote objects, file tokens, helper launch, settings, grants. */
module io.valise.ipc.services {
    requires transitive io.valise.ipc;
    requires static org.jspecify;
}
