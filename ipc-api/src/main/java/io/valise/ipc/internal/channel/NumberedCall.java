package io.valise.ipc.internal.channel;

/** A call of this end that is told its number when its frame is complete. */
public interface NumberedCall {
    /**
     * The frame of this call is complete, and is committed next. Called under the send lock.
     *
     * @param number its number among the calls of this end, from 1 on
     */
    void sent(long number);
}
