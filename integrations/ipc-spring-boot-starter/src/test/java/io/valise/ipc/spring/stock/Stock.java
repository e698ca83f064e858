package io.valise.ipc.spring.stock;

import io.valise.ipc.spring.IpcClient;

/** A remote object, in a package that the application of the server does not scan: it has another bean of it. */
@IpcClient("quotes")
public interface Stock {
    int take(String item, int count);
}
