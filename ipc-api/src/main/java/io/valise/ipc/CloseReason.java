package io.valise.ipc;

/**
 * Why a connection ended. Immutable.
 *
 * @param status {@code CONNECTION_CLOSED} when either side closed it in good order, {@code PEER_DIED} when it ended
 *     without GOAWAY, else the fault that ended it
 * @param byPeer whether the other end ended it
 * @param detail one line for people
 * @since 0.1.0
 */
public record CloseReason(IpcStatus status, boolean byPeer, String detail) {}
