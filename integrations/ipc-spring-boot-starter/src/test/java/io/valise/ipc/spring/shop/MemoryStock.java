package io.valise.ipc.spring.shop;

import io.valise.ipc.spring.IpcService;
import io.valise.ipc.spring.stock.Stock;
import java.util.concurrent.atomic.AtomicInteger;

@IpcService(remote = Stock.class)
class MemoryStock implements Stock {
    private final AtomicInteger left = new AtomicInteger(10);

    @Override
    public int take(String item, int count) {
        return left.addAndGet(-count);
    }
}
