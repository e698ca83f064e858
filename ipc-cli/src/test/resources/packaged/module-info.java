module com.example.hello {
    requires io.valise.ipc;
}
