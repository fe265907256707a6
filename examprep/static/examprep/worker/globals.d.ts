// What a worker finds around it, as far as ours uses it: the types of pages know nothing of it.

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  readonly preloadResponse: Promise<Response | undefined>;
  respondWith(response: Response | Promise<Response>): void;
}

interface PushEvent extends ExtendableEvent {
  readonly data: { json(): { title: string; body: string; url: string } };
}

interface NotificationEvent extends ExtendableEvent {
  readonly notification: Notification;
}

interface WorkerMessageEvent extends ExtendableEvent {
  readonly data: { type: string; [name: string]: unknown };
  readonly ports: readonly MessagePort[];
}

interface WorkerClient {
  readonly url: string;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

interface WorkerScope {
  readonly registration: ServiceWorkerRegistration & {
    readonly navigationPreload?: { enable(): Promise<void> };
  };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: "window"; includeUncontrolled?: boolean }): Promise<WorkerClient[]>;
    openWindow(url: string): Promise<unknown>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(type: "push", listener: (event: PushEvent) => void): void;
  addEventListener(type: "notificationclick", listener: (event: NotificationEvent) => void): void;
  addEventListener(type: "sync", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "message", listener: (event: WorkerMessageEvent) => void): void;
}
