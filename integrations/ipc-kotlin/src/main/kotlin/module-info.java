/** Calls and handlers as suspend functions of Kotlin, streams as its flows. */
module io.valise.ipc.kotlin {
    requires transitive io.valise.ipc;
    requires transitive kotlin.stdlib;
    requires transitive kotlinx.coroutines.core;
    requires kotlinx.coroutines.jdk9;

    exports io.valise.ipc.kotlin;
}
