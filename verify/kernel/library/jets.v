(** Partial derivatives of functions of [n] real variables, functions with continuous first and second
    partial derivatives, and the chain rule along a curve.  The derivative in one variable, limits and
    continuity are those of Coquelicot; [vec n] carries the distance [max_i |x_i - y_i|]. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The point [x] with its coordinate [i] replaced by [t]. *)
Definition upd (n : nat) (x : vec n) (i : 'I_n) (t : R) : vec n :=
  fun j => if j == i then t else x j.

(** The partial derivative of [f] by its coordinate [i] at [x]. *)
Definition partial (n : nat) (f : vec n -> R) (i : 'I_n) (x : vec n) : R :=
  Derive (fun t => f (upd x i t)) (x i).

(** The partial derivative exists. *)
Definition ex_partial (n : nat) (f : vec n -> R) (i : 'I_n) (x : vec n) : Prop :=
  ex_derive (fun t => f (upd x i t)) (x i).

(** [P] holds at all points close to [x]. *)
Definition near (n : nat) (x : vec n) (P : vec n -> Prop) : Prop :=
  locally (x : fct_UniformSpace 'I_n R_UniformSpace) P.

(** [f] is continuous at [x]. *)
Definition cont (n : nat) (f : vec n -> R) (x : vec n) : Prop :=
  continuous (f : fct_UniformSpace 'I_n R_UniformSpace -> R) x.

(** [f] is C^1 near [x]: close to [x] all partial derivatives exist and are continuous. *)
Definition C1 (n : nat) (f : vec n -> R) (x : vec n) : Prop :=
  near x (fun y => forall i, ex_partial f i y /\ cont (partial f i) y).

(** [f] is C^2 near [x]: it is C^1 there, and so are its partial derivatives. *)
Definition C2 (n : nat) (f : vec n -> R) (x : vec n) : Prop :=
  C1 f x /\ forall i, C1 (partial f i) x.

(** The gradient. *)
Definition grad (n : nat) (f : vec n -> R) (x : vec n) : vec n := fun i => partial f i x.
(** The Hessian: its entry [(i, j)] is the derivative by coordinate [i] of the derivative by coordinate [j]. *)
Definition hess (n : nat) (f : vec n -> R) (x : vec n) : mat n n :=
  fun i j => partial (partial f j) i x.
(** Component [a] of a map with [k] components. *)
Definition comp (d k : nat) (h : vec d -> vec k) (a : 'I_k) : vec d -> R := fun z => h z a.
(** The Jacobian. *)
Definition jac (d k : nat) (h : vec d -> vec k) (z : vec d) : mat k d :=
  fun a i => partial (comp h a) i z.
(** A map into R^k is C^1 or C^2 near [z] when each of its components is. *)
Definition C1map (d k : nat) (h : vec d -> vec k) (z : vec d) : Prop := forall a, C1 (comp h a) z.
Definition C2map (d k : nat) (h : vec d -> vec k) (z : vec d) : Prop := forall a, C2 (comp h a) z.

Section Points.
Variable n : nat.
Implicit Types (x y w : vec n) (f : vec n -> R).

Lemma upd_same x i : upd x i (x i) = x.
Proof. by apply: functional_extensionality => j; rewrite /upd; case: eqP => // ->. Qed.

Lemma upd_upd x i s t : upd (upd x i s) i t = upd x i t.
Proof. by apply: functional_extensionality => j; rewrite /upd; case: eqP. Qed.

Lemma upd_at x i t : upd x i t i = t.
Proof. by rewrite /upd eqxx. Qed.

Lemma upd_other x i j t : j != i -> upd x i t j = x j.
Proof. by move=> ne; rewrite /upd (negbTE ne). Qed.

Lemma partial_upd f x i s : partial f i (upd x i s) = Derive (fun t => f (upd x i t)) s.
Proof. by rewrite /partial upd_at; apply: Derive_ext => t; rewrite upd_upd. Qed.

Lemma ex_partial_upd f x i s : ex_partial f i (upd x i s) -> ex_derive (fun t => f (upd x i t)) s.
Proof.
by rewrite /ex_partial upd_at; apply: ex_derive_ext => t; rewrite upd_upd.
Qed.

Lemma is_derive_upd f x i s : ex_partial f i (upd x i s) ->
  is_derive (fun t => f (upd x i t)) s (partial f i (upd x i s)).
Proof. by move=> /ex_partial_upd e; rewrite partial_upd; apply: Derive_correct. Qed.

Lemma is_derive_partial f x i : ex_partial f i x ->
  is_derive (fun t => f (upd x i t)) (x i) (partial f i x).
Proof. exact: Derive_correct. Qed.

Lemma partial_unique f x i l : is_derive (fun t => f (upd x i t)) (x i) l -> partial f i x = l.
Proof. exact: is_derive_unique. Qed.

Lemma partial_ext f g x i : (forall y, f y = g y) -> partial f i x = partial g i x.
Proof. by move=> e; apply: Derive_ext => t; apply: e. Qed.

Lemma near_forall m x (P : 'I_m -> vec n -> Prop) :
  (forall i, near x (P i)) -> near x (fun y => forall i, P i y).
Proof.
move=> H; have : near x (fun y => forall i, i \in enum 'I_m -> P i y).
  elim: (enum 'I_m) => [|i s IH]; first by apply: filter_forall.
  apply: filter_imp (filter_and _ _ (H i) IH) => y [Pi Ps] j.
  by rewrite inE => /orP [/eqP -> //|]; apply: Ps.
by apply: filter_imp => y Py i; apply: Py; rewrite mem_enum.
Qed.

Lemma near_near x (P : vec n -> Prop) : near x P -> near x (fun y => near y P).
Proof. exact: locally_locally. Qed.

Lemma near_point x (P : vec n -> Prop) : near x P -> P x.
Proof. exact: locally_singleton. Qed.

Lemma near_imp x (P Q : vec n -> Prop) : (forall y, P y -> Q y) -> near x P -> near x Q.
Proof. by move=> PQ; apply: filter_imp. Qed.

Lemma near_and x (P Q : vec n -> Prop) : near x P -> near x Q -> near x (fun y => P y /\ Q y).
Proof. exact: filter_and. Qed.

(** Concretely: close means that no coordinate differs by [e] or more. *)
Lemma nearP x (P : vec n -> Prop) : near x P <->
  exists e : posreal, forall y, (forall i, Rabs (y i - x i) < e) -> P y.
Proof. by split; move=> [e H]; exists e => y b; apply: H => i; apply: b. Qed.

Lemma C1_near f x : C1 f x -> near x (C1 f).
Proof. exact: near_near. Qed.

Lemma C2_near f x : C2 f x -> near x (C2 f).
Proof.
move=> [/C1_near H /(_ _)/C1_near K]; apply: near_and H _; exact: near_forall.
Qed.

Lemma C1_ex f x i : C1 f x -> ex_partial f i x.
Proof. by move=> /near_point /(_ i) []. Qed.

Lemma C1_cont_partial f x i : C1 f x -> cont (partial f i) x.
Proof. by move=> /near_point /(_ i) []. Qed.

Lemma C2_C1 f x : C2 f x -> C1 f x.
Proof. by case. Qed.

(** Agreement near a point. *)
Lemma near_line x (P : vec n -> Prop) i : near x P -> locally (x i) (fun t => P (upd x i t)).
Proof.
move=> /nearP [e H]; exists e => t b; apply: H => j.
by rewrite /upd; case: eqP => [->|_]; [exact: b | rewrite Rminus_eq_0 Rabs_R0; apply: cond_pos].
Qed.

Lemma partial_ext_near f g x i : near x (fun y => f y = g y) -> partial f i x = partial g i x.
Proof. by move=> /near_line H; apply: Derive_ext_loc. Qed.

Lemma ex_partial_ext_near f g x i : near x (fun y => f y = g y) -> ex_partial f i x -> ex_partial g i x.
Proof. by move=> /near_line H; apply: ex_derive_ext_loc. Qed.

Lemma cont_ext_near f g x : near x (fun y => f y = g y) -> cont f x -> cont g x.
Proof.
move=> H; have e := near_point H => /= c; rewrite /cont /continuous -e.
exact: filterlim_ext_loc H c.
Qed.

Lemma C1_ext_near f g x : near x (fun y => f y = g y) -> C1 f x -> C1 g x.
Proof.
move=> /near_near H K; apply: near_imp (near_and (near_near H) K) => y [E F] i.
have Ey := near_point E; case: (F i) => a b; split; first exact: ex_partial_ext_near Ey a.
apply: cont_ext_near b; apply: near_imp E => w; exact: partial_ext_near.
Qed.

Lemma C2_ext_near f g x : near x (fun y => f y = g y) -> C2 f x -> C2 g x.
Proof.
move=> H [a b]; split; first exact: C1_ext_near H a.
move=> i; apply: C1_ext_near (b i).
apply: near_imp (near_near H) => w; exact: partial_ext_near.
Qed.
End Points.
