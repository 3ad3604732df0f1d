/*!
 * BX24.js of Botyard: what pages of applications in a frame of the messenger call.
 *
 * Written from the public documentation of the library (sdk/bx24-js-sdk), for unmodified pages: plain ECMAScript 5,
 * nothing but the global names BX24 and BX. The frame and its parent talk by postMessage, as the official
 * @bitrix24/b24jssdk does: `command:{params}:callback:sid` up, `callback:{result}` down.
 */
(function (window, document) {
  'use strict';

  // Who we are: the parent gives the frame its name, `DOMAIN|PROTOCOL|APP_SID`, and the address has the same.

  function addressValue(name) {
    var match = new RegExp('[?&]' + name + '=([^&#]*)').exec(window.location.search);
    return match ? decodeURIComponent(match[1].replace(/\+/g, ' ')) : '';
  }

  var named = String(window.name || '').split('|');
  var here = named.length === 3 && named[0] && named[2]
    ? { domain: named[0], secure: named[1] === '1', sid: named[2] }
    : { domain: addressValue('DOMAIN'), secure: addressValue('PROTOCOL') === '1', sid: addressValue('APP_SID') };
  here.domain = here.domain.replace(/:(80|443)$/, '');
  var language = addressValue('LANG');
  var origin = (here.secure ? 'https://' : 'http://') + here.domain;
  var framed = window.parent !== window && here.domain !== '' && here.sid !== '';

  // Small tools.

  function isFunction(value) { return typeof value === 'function'; }
  function isArray(value) { return Object.prototype.toString.call(value) === '[object Array]'; }
  function isObject(value) { return Object.prototype.toString.call(value) === '[object Object]'; }
  function isNode(value) { return !!value && typeof value === 'object' && typeof value.nodeType === 'number'; }
  function has(object, key) { return Object.prototype.hasOwnProperty.call(object, key); }

  function each(object, visit) {
    for (var key in object) {
      if (has(object, key)) { visit(object[key], key); }
    }
  }

  function copy(object) {
    var made = {};
    each(object || {}, function (value, key) { made[key] = value; });
    return made;
  }

  function warn(text) {
    if (window.console && window.console.warn) { window.console.warn('BX24: ' + text); }
  }

  /** Call what a page passed; its fault is reported as any other of the page, and stops nothing of ours. */
  function run(callback, args) {
    if (!isFunction(callback)) { return; }
    try {
      callback.apply(window, args || []);
    } catch (fault) {
      window.setTimeout(function () { throw fault; }, 0);
    }
  }

  // Messages to the parent and from it.

  var waiting = {};
  var serial = 0;

  function send(command, params, callback, lasting) {
    if (!framed) {
      warn(command + ' works in a frame of the portal only');
      return;
    }
    serial += 1;
    var id = 'bx' + serial + Math.random().toString(36).slice(2, 10);
    waiting[id] = { callback: callback, lasting: !!lasting, answered: false };
    var text = params === undefined || params === null ? '' : JSON.stringify(params) + ':';
    if (command.indexOf(':') >= 0) {
      window.parent.postMessage({ method: command, params: params || '', callback: id, appSid: here.sid }, origin);
    } else {
      window.parent.postMessage(command + ':' + text + id + ':' + here.sid, origin);
    }
  }

  function onMessage(event) {
    if (event.source !== window.parent || event.origin !== origin || typeof event.data !== 'string') { return; }
    var place = event.data.indexOf(':');
    var id = place < 0 ? event.data : event.data.slice(0, place);
    if (!has(waiting, id)) { return; }
    var entry = waiting[id];
    var text = place < 0 ? '' : event.data.slice(place + 1);
    var result;
    try {
      result = text ? JSON.parse(text) : undefined;
    } catch (fault) {
      return;
    }
    if (!entry.lasting) {
      delete waiting[id];
    } else if (!entry.answered) {
      // The first message says that the parent has heard of it; events come after that.
      entry.answered = true;
      return;
    }
    run(entry.callback, [result]);
  }

  if (framed) { window.addEventListener('message', onMessage, false); }

  // The document.

  var documentReady = document.readyState === 'interactive' || document.readyState === 'complete';
  var readyHandlers = [];

  function becomeReady() {
    if (documentReady) { return; }
    documentReady = true;
    var handlers = readyHandlers;
    readyHandlers = [];
    for (var place = 0; place < handlers.length; place += 1) { run(handlers[place]); }
  }

  if (!documentReady) {
    document.addEventListener('DOMContentLoaded', becomeReady, false);
    window.addEventListener('load', becomeReady, false);
  }

  function ready(handler) {
    if (!isFunction(handler)) { return; }
    if (documentReady) { window.setTimeout(function () { run(handler); }, 0); } else { readyHandlers.push(handler); }
  }

  // The start: data of the parent, then the handlers of the first run, then those of init.

  var WAITS = 0, INSTALLS = 1, RUNS = 2;
  var state = WAITS;
  var known = null;
  var auth = { access: '', refresh: '', expires: 0 };
  var initHandlers = [];
  var installHandlers = [];
  var delayed = [];
  var userOptions = {};
  var appOptions = {};

  function takeAuth(data) {
    auth = {
      access: data.AUTH_ID || '',
      refresh: data.REFRESH_ID || '',
      expires: new Date().getTime() + parseInt(data.AUTH_EXPIRES, 10) * 1000
    };
  }

  function start(data) {
    known = data;
    language = data.LANG || language;
    takeAuth(data);
    userOptions = isObject(data.USER_OPTIONS) ? data.USER_OPTIONS : {};
    appOptions = isObject(data.APP_OPTIONS) ? data.APP_OPTIONS : {};
    var calls = delayed;
    delayed = [];
    for (var place = 0; place < calls.length; place += 1) { run(calls[place]); }
    ready(function () {
      if (installHandlers.length && (data.INSTALL || data.FIRST_RUN)) {
        state = INSTALLS;
        runInstallHandlers();
        return;
      }
      if (data.FIRST_RUN) { send('setInstall', { install: true }); }
      finishStart();
    });
  }

  function finishStart() {
    state = RUNS;
    var handlers = initHandlers;
    initHandlers = [];
    for (var place = 0; place < handlers.length; place += 1) { run(handlers[place]); }
  }

  function runInstallHandlers() {
    var handlers = installHandlers;
    installHandlers = [];
    for (var place = 0; place < handlers.length; place += 1) { runInstallHandler(handlers[place]); }
  }

  function runInstallHandler(handler) {
    if (typeof handler === 'string') { BX24.loadScript(handler, BX24.installFinish); } else { run(handler); }
  }

  /** Do something once the parent has said what it knows. */
  function whenKnown(work) {
    if (known) { work(); } else { delayed.push(work); }
  }

  // Parameters as the form that PHP reads.

  function formOf(params) {
    var pairs = [];
    function add(name, value) {
      if (value === undefined || isFunction(value)) { return; }
      if (value instanceof Date) { value = value.toISOString(); }
      if (value === true) { value = '1'; }
      if (value === false) { value = '0'; }
      if (value === null) { value = ''; }
      if (isArray(value) || isObject(value)) {
        var before = pairs.length;
        if (isArray(value)) {
          for (var place = 0; place < value.length; place += 1) { add(name + '[' + place + ']', value[place]); }
        } else {
          each(value, function (inner, key) { add(name + '[' + key + ']', inner); });
        }
        if (pairs.length > before) { return; }
        value = '';
      }
      pairs.push(encodeURIComponent(name) + '=' + encodeURIComponent(String(value)));
    }
    each(params || {}, function (value, name) { add(name, value); });
    return pairs.join('&');
  }

  /** Parameters with the values of form fields in place of the fields; a file is its name and base64. */
  function settled(value, done) {
    if (isNode(value)) {
      fieldValue(value, done);
      return;
    }
    if (!isArray(value) && !isObject(value)) {
      done(value);
      return;
    }
    var made = isArray(value) ? [] : {};
    var left = 1;
    function one() {
      left -= 1;
      if (left === 0) { done(made); }
    }
    each(value, function (inner, key) {
      left += 1;
      settled(inner, function (result) {
        made[key] = result;
        one();
      });
    });
    one();
  }

  function fieldValue(node, done) {
    var type = String(node.type || '').toLowerCase();
    if (type === 'file') {
      var files = [];
      for (var place = 0; place < node.files.length; place += 1) { files.push(node.files[place]); }
      readFiles(files, [], function (read) { done(node.multiple ? read : read[0] || ''); });
    } else if (type === 'checkbox' || type === 'radio') {
      done(node.checked ? node.value : '');
    } else if (type === 'select-multiple') {
      var chosen = [];
      for (var number = 0; number < node.options.length; number += 1) {
        if (node.options[number].selected) { chosen.push(node.options[number].value); }
      }
      done(chosen);
    } else {
      done('value' in node ? node.value : node.textContent);
    }
  }

  function readFiles(files, read, done) {
    if (files.length === read.length) {
      done(read);
      return;
    }
    var file = files[read.length];
    var reader = new FileReader();
    reader.onloadend = function () {
      var text = String(reader.result || '');
      read.push([file.name, text.slice(text.indexOf(',') + 1)]);
      readFiles(files, read, done);
    };
    reader.readAsDataURL(file);
  }

  // Calls.

  var RENEWABLE = { expired_token: true, invalid_token: true };

  function AjaxError(status, answer) {
    this.status = status;
    this.ex = { error: answer.error, error_description: answer.error_description || '' };
  }

  AjaxError.prototype.getError = function () { return this.ex; };
  AjaxError.prototype.getStatus = function () { return this.status; };
  AjaxError.prototype.toString = function () {
    return this.ex.error + (this.ex.error_description ? ': ' + this.ex.error_description : '') +
      ' (' + this.status + ')';
  };

  /** What a call returned. `query` is what was asked, `repeat` asks for the page from a place on. */
  function AjaxResult(answer, query, status, repeat) {
    this.answer = answer;
    this.query = query;
    this.status = status;
    this.repeat = repeat;
  }

  AjaxResult.prototype.data = function () { return this.answer.result; };
  AjaxResult.prototype.error = function () {
    return this.answer.error ? new AjaxError(this.status, this.answer) : undefined;
  };
  AjaxResult.prototype.error_description = function () {
    return this.answer.error ? this.answer.error_description || '' : undefined;
  };
  AjaxResult.prototype.more = function () { return !isNaN(parseInt(this.answer.next, 10)); };
  AjaxResult.prototype.total = function () {
    return this.answer.total === undefined ? undefined : parseInt(this.answer.total, 10);
  };
  AjaxResult.prototype.time = function () { return this.answer.time; };
  AjaxResult.prototype.next = function (callback) {
    return this.more() ? this.repeat(parseInt(this.answer.next, 10), callback) : false;
  };

  function answerOf(request) {
    var answer;
    try {
      answer = JSON.parse(request.responseText);
    } catch (fault) {
      answer = null;
    }
    if (isObject(answer)) { return answer; }
    return request.status === 0
      ? { error: 'NETWORK_ERROR', error_description: 'The portal did not respond' }
      : { error: 'ERROR_UNEXPECTED_ANSWER', error_description: 'The portal returned no JSON' };
  }

  /** Send a call by this request, which is returned at once; a token that is over is renewed once. */
  function post(request, method, params, done) {
    var renewed = false;

    function again() {
      renewed = true;
      BX24.refreshAuth(function () { attempt(request); });
    }

    function attempt(by) {
      by.open('POST', origin + '/rest/' + encodeURIComponent(method) + '.json', true);
      by.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
      by.onload = by.onerror = by.onabort = function () {
        var answer = answerOf(by);
        if (by.status === 401 && RENEWABLE[answer.error] && !renewed) { again(); } else { done(answer, by.status); }
      };
      var form = formOf(params);
      by.send(form + (form ? '&' : '') + 'auth=' + encodeURIComponent(auth.access));
    }

    if (auth.expires <= new Date().getTime()) { again(); } else { attempt(request); }
    return request;
  }

  function ask(method, params, callback) {
    var request = new XMLHttpRequest();
    whenKnown(function () {
      settled(params || {}, function (ready_params) {
        post(request, method, ready_params, function (answer, status) {
          run(callback, [new AjaxResult(answer, { method: method, data: ready_params }, status, function (from, other) {
            var following = copy(ready_params);
            following.start = from;
            return ask(method, following, isFunction(other) ? other : callback);
          })]);
        });
      });
    });
    return request;
  }

  function commandOf(call) {
    if (typeof call === 'string') { return { method: call, params: {} }; }
    if (isArray(call)) { return { method: String(call[0]), params: call[1] || {} }; }
    return { method: String(call && call.method), params: (call && call.params) || {} };
  }

  function askBatch(calls, callback, halt) {
    var commands = isArray(calls) ? [] : {};
    each(calls || {}, function (call, key) { commands[key] = commandOf(call); });
    whenKnown(function () {
      settled(commands, function (ready_commands) {
        var cmd = {};
        each(ready_commands, function (command, key) {
          var form = formOf(command.params);
          cmd[key] = command.method + (form ? '?' + form : '');
        });
        post(new XMLHttpRequest(), 'batch', { halt: halt ? 1 : 0, cmd: cmd }, function (answer, status) {
          run(callback, [resultsOf(ready_commands, answer, status, callback)]);
        });
      });
    });
  }

  /** A result for each command that was carried out; where the whole batch failed, its error for each. */
  function resultsOf(commands, answer, status, callback) {
    var results = isArray(commands) ? [] : {};
    var parts = isObject(answer.result) ? answer.result : {};
    function part(name, key) {
      var values = parts[name];
      return values && has(values, key) ? values[key] : undefined;
    }
    each(commands, function (command, key) {
      var failure = answer.error ? answer : part('result_error', key);
      var own = { result: part('result', key), time: part('result_time', key) };
      if (failure) {
        own = { error: failure.error, error_description: failure.error_description, time: own.time };
      } else if (own.result === undefined) {
        return;
      }
      own.total = part('result_total', key);
      own.next = part('result_next', key);
      // PHP writes a total and a next for commands that have none.
      if (own.next === null || own.next === '') { own.next = undefined; }
      results[key] = new AjaxResult(own, { method: command.method, data: command.params }, failure ? status : 200,
        function (from, other) {
          var following = copy(command.params);
          following.start = from;
          return ask(command.method, following, isFunction(other) ? other : callback);
        });
    });
    return results;
  }

  function handlerParams(event, handler, authType, named_type) {
    var params = { event: event, handler: handler };
    if (named_type) { params.auth_type = authType || 0; }
    return params;
  }

  // Proxies.

  var contexts = [];
  var proxies = [];

  function proxy(func, thisObject) {
    if (!isFunction(func)) { return func; }
    for (var place = 0; place < proxies.length; place += 1) {
      if (proxies[place].func === func && proxies[place].thisObject === thisObject) { return proxies[place].made; }
    }
    var made = function () {
      contexts.push(this);
      try {
        return func.apply(thisObject, arguments);
      } finally {
        contexts.pop();
      }
    };
    proxies.push({ func: func, thisObject: thisObject, made: made });
    return made;
  }

  // Events of elements.

  var MORE_EVENTS = {
    mousewheel: ['DOMMouseScroll'],
    transitionend: ['webkitTransitionEnd', 'msTransitionEnd', 'oTransitionEnd']
  };

  function eventNames(name) { return [name].concat(MORE_EVENTS[name] || []); }

  function loadScript(scripts, callback) {
    var list = isArray(scripts) ? scripts.slice() : [scripts];
    function following() {
      if (!list.length) {
        run(callback);
        return;
      }
      var element = document.createElement('script');
      element.src = list.shift();
      element.async = false;
      element.onload = element.onerror = following;
      (document.head || document.documentElement).appendChild(element);
    }
    ready(following);
  }

  // What pages call.

  var BX24 = {
    init: function (callback) {
      if (!isFunction(callback)) { return; }
      if (state === RUNS) { run(callback); } else { initHandlers.push(callback); }
    },

    install: function (callback) {
      if (!isFunction(callback) && typeof callback !== 'string') { return; }
      if (state === INSTALLS) { runInstallHandler(callback); } else if (state === WAITS) {
        installHandlers.push(callback);
      }
    },

    installFinish: function () {
      whenKnown(function () {
        if (known.INSTALL) {
          send('setInstallFinish', {});
        } else if (state === INSTALLS) {
          known.FIRST_RUN = false;
          send('setInstall', { install: true });
          finishStart();
        }
      });
    },

    getAuth: function () {
      if (!known || auth.expires <= new Date().getTime()) { return false; }
      return {
        access_token: auth.access,
        refresh_token: auth.refresh,
        expires_in: auth.expires,
        domain: here.domain,
        member_id: known.MEMBER_ID
      };
    },

    refreshAuth: function (callback) {
      whenKnown(function () {
        send('refreshAuth', {}, function (data) {
          if (data && data.AUTH_ID) { takeAuth(data); }
          run(callback, [BX24.getAuth()]);
        });
      });
    },

    callMethod: function (method, params, callback) { ask(method, params, callback); },

    callBatch: function (calls, callback, bHaltOnError) { askBatch(calls, callback, bHaltOnError); },

    callBind: function (event, handler, authType, callback) {
      if (isFunction(authType)) { callback = authType; authType = undefined; }
      ask('event.bind', handlerParams(event, handler, authType, !!authType), callback);
    },

    callUnbind: function (event, handler, authType, callback) {
      if (isFunction(authType)) { callback = authType; authType = undefined; }
      ask('event.unbind', handlerParams(event, handler, authType, authType !== undefined && authType !== null), callback);
    },

    userOption: {
      get: function (name) { return userOptions[name]; },
      set: function (name, value) {
        userOptions[name] = value;
        send('setUserOption', { name: name, value: value });
      }
    },

    appOption: {
      get: function (name) { return appOptions[name]; },
      set: function (name, value, callback) {
        if (!BX24.isAdmin()) { return; }
        appOptions[name] = value;
        send('setAppOption', { name: name, value: value }, function () { run(callback, [copy(appOptions)]); });
      }
    },

    selectUser: function (callback) {
      send('selectUser', { mult: false }, function (user) {
        if (user) { run(callback, [user]); }
      });
    },

    selectUsers: function (callback) {
      send('selectUser', { mult: true }, function (users) {
        if (users) { run(callback, [users]); }
      });
    },

    selectAccess: function (value, callback) {
      if (isFunction(value)) { callback = value; value = []; }
      send('selectAccess', { value: value || [] }, function (chosen) {
        if (chosen) { run(callback, [chosen]); }
      });
    },

    selectCRM: function (params, callback) {
      if (isFunction(params)) { callback = params; params = {}; }
      send('selectCRM', params || {}, function (chosen) {
        if (chosen) { run(callback, [chosen]); }
      });
    },

    resizeWindow: function (width, height, callback) {
      var high = parseInt(height, 10);
      if (!(high > 0)) { return; }
      var wide = width === '100%' ? width : parseInt(width, 10) || 100;
      send('resizeWindow', { width: wide, height: high }, callback);
    },

    fitWindow: function (callback) { BX24.resizeWindow('100%', BX24.getScrollSize().scrollHeight, callback); },
    reloadWindow: function (callback) { send('reloadWindow', {}, callback); },
    setTitle: function (title, callback) { send('setTitle', { title: String(title) }, callback); },
    closeApplication: function (callback) { send('closeApplication', {}, callback); },

    scrollParentWindow: function (scroll, callback) {
      var place = parseInt(scroll, 10);
      if (!isNaN(place)) { send('setScroll', { scroll: Math.max(0, place) }, callback); }
    },

    openApplication: function (params, closeCallback, settings) {
      if (isFunction(params)) { settings = closeCallback; closeCallback = params; params = {}; }
      var passed = copy(params);
      each(settings || {}, function (value, name) { passed['bx24_' + name] = value; });
      send('openApplication', passed, closeCallback);
    },

    openPath: function (path, callback) { send('openPath', { path: String(path) }, callback); },

    ready: ready,
    isReady: function () { return documentReady; },
    proxy: proxy,
    proxyContext: function () { return contexts.length ? contexts[contexts.length - 1] : null; },

    bind: function (element, eventName, func) {
      if (!element || !element.addEventListener) { return; }
      each(eventNames(eventName), function (name) { element.addEventListener(name, func, false); });
    },

    unbind: function (element, eventName, func) {
      if (!element || !element.removeEventListener) { return; }
      each(eventNames(eventName), function (name) { element.removeEventListener(name, func, false); });
    },

    isAdmin: function () { return !!(known && known.IS_ADMIN); },
    getLang: function () { return language; },
    getDomain: function () { return here.domain; },

    getScrollSize: function () {
      var root = document.documentElement, body = document.body || root;
      return {
        scrollWidth: Math.max(root.scrollWidth, root.offsetWidth, body.scrollWidth, body.offsetWidth),
        scrollHeight: Math.max(body.scrollHeight, body.offsetHeight, root.offsetHeight)
      };
    },

    loadScript: loadScript,

    placement: {
      info: function () {
        return {
          placement: (known && known.PLACEMENT) || 'DEFAULT',
          options: (known && known.PLACEMENT_OPTIONS) || {}
        };
      },
      getInterface: function (callback) { send('getInterface', {}, callback); },
      call: function (command, parameters, callback) {
        if (isFunction(parameters)) { callback = parameters; parameters = {}; }
        send(String(command), parameters, callback);
      },
      bindEvent: function (event, callback) { send('placementBindEvent', { event: String(event) }, callback, true); }
    },

    im: {
      callTo: function (userId, video) { send('imCallTo', { userId: userId, video: video !== false }); },
      phoneTo: function (phone) { send('imPhoneTo', { phone: phone }); },
      openMessenger: function (dialogId) { send('imOpenMessenger', { dialogId: dialogId }); },
      openHistory: function (dialogId) { send('imOpenHistory', { dialogId: dialogId }); }
    }
  };

  // What has taken the place of BX24.im: `BX.Runtime.loadExtension('im.public.iframe')` gives it.

  function promised(command, params) {
    return new Promise(function (resolve) { send(command, params, resolve); });
  }

  var Messenger = {
    openChat: function (dialogId, messageId) {
      return promised('imOpenMessenger', { dialogId: dialogId, messageId: messageId });
    },
    startVideoCall: function (dialogId, withVideo) {
      return promised('imCallTo', { userId: dialogId || '', video: withVideo !== false });
    },
    startPhoneCall: function (number, params) { return promised('imPhoneTo', { phone: number, params: params }); }
  };

  function BX(id) { return typeof id === 'string' ? document.getElementById(id) : id; }

  BX.Runtime = {
    loadExtension: function (name) {
      return name === 'im.public.iframe'
        ? Promise.resolve({ Messenger: Messenger })
        : Promise.reject(new Error('There is no extension ' + name));
    }
  };

  window.BX24 = BX24;
  if (!window.BX) { window.BX = BX; }

  if (framed) {
    send('getInitData', {}, start);
  } else {
    warn('this page is opened by the portal, in a frame of it');
  }
})(window, document);
